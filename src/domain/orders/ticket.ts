import type { DecimalString } from '../money/decimal.ts';
import type { ComboLeg, Instrument, Tradable } from './instrument.ts';
import type { OrderSpec, OrderType, TimeInForce } from './order.ts';
import { OrderSide } from './order-state.ts';

/**
 * Smart pricing of a limit order: it starts at the middle of the market and is moved by `step` every `everySeconds`
 * towards `limit`, the other side of the market (`natural`) or a price; there it is cancelled or left to work. The walk
 * gives the order its price, so the order itself is written without a limit price.
 */
export interface PriceWalk {
  readonly start: 'mid';
  readonly step: DecimalString;
  readonly everySeconds: number;
  readonly limit: 'natural' | DecimalString;
  readonly atLimit: 'cancel' | 'leave';
}

/** A bracket's profit taking; its side, quantity and instrument follow from the entry. */
export interface TakeProfitSpec {
  readonly limitPrice: DecimalString;
  readonly timeInForce: TimeInForce;
}

/** A bracket's protection: prices as those of an `OrderSpec` of its type. */
export interface StopLossSpec {
  readonly type: typeof OrderType.stop | typeof OrderType.stopLimit | typeof OrderType.trailing;
  readonly timeInForce: TimeInForce;
  readonly stopPrice?: DecimalString;
  readonly limitPrice?: DecimalString;
  readonly trailAmount?: DecimalString;
  readonly trailPercent?: DecimalString;
}

/** Sizes that keep a mistaken or hostile ticket cheap to refuse. */
export const MAX_COMBO_LEGS = 8;
export const MAX_BASKET_ORDERS = 100;
export const MAX_OCA_ORDERS = 20;

export type Combo = Extract<Tradable, { kind: 'combo' }>;
export interface ComboOrderSpec extends OrderSpec {
  readonly tradable: Combo;
}

export interface SingleTicket {
  readonly kind: 'single';
  readonly order: OrderSpec;
  readonly pricing?: PriceWalk;
  /** True for an order that may only make a position smaller: where none is left to close when it is due, it is denied. */
  readonly reduceOnly?: boolean;
}

/** `pricing` is the entry's. */
export interface BracketTicket {
  readonly kind: 'bracket';
  readonly entry: OrderSpec;
  readonly takeProfit: TakeProfitSpec;
  readonly stopLoss: StopLossSpec;
  readonly pricing?: PriceWalk;
}

export interface OcaTicket {
  readonly kind: 'oca';
  readonly orders: readonly OrderSpec[];
}

/** One order of the broker for all legs, at a net price. */
export interface NativeComboTicket {
  readonly kind: 'combo';
  readonly execution: 'native';
  readonly order: ComboOrderSpec;
  readonly pricing?: PriceWalk;
}

/** An order for each leg. Of a limit order `legLimitPrices` are the legs' own, in their order, within the net price. */
export interface LeggedComboTicket {
  readonly kind: 'combo';
  readonly execution: 'legs';
  readonly order: ComboOrderSpec;
  readonly legLimitPrices?: readonly DecimalString[];
}

export interface BasketTicket {
  readonly kind: 'basket';
  readonly orders: readonly OrderSpec[];
}

/** Orders that belong together, as their author writes them. */
export type TicketSpec =
  | SingleTicket
  | BracketTicket
  | OcaTicket
  | NativeComboTicket
  | LeggedComboTicket
  | BasketTicket;

/** The side of one leg of an order: a sold combination trades its legs the other way round. */
export function legSide(leg: ComboLeg, orderSide: OrderSide): OrderSide {
  return orderSide === OrderSide.buy ? leg.side : oppositeSide(leg.side);
}

export function oppositeSide(side: OrderSide): OrderSide {
  return side === OrderSide.buy ? OrderSide.sell : OrderSide.buy;
}

/** What an order trades, instrument by instrument, each with its units for one unit of the order and its side. */
export function legsOf(
  tradable: Tradable,
  side: OrderSide,
): readonly { readonly instrument: Instrument; readonly side: OrderSide; readonly ratio: number }[] {
  if (tradable.kind !== 'combo') return [{ instrument: tradable, side, ratio: 1 }];
  return tradable.legs.map((leg) => ({ instrument: leg.instrument, side: legSide(leg, side), ratio: leg.ratio }));
}
