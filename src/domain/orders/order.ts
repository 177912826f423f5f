import type { DecimalString } from '../money/decimal.ts';
import type { Tradable } from './instrument.ts';
import type { OrderSide } from './order-state.ts';

export const OrderType = {
  market: 'MARKET',
  limit: 'LIMIT',
  stop: 'STOP',
  stopLimit: 'STOP_LIMIT',
  trailing: 'TRAILING_STOP',
} as const;
export type OrderType = (typeof OrderType)[keyof typeof OrderType];

export const TimeInForce = { day: 'DAY', goodTillCancelled: 'GTC' } as const;
export type TimeInForce = (typeof TimeInForce)[keyof typeof TimeInForce];

/** What an order is for within its ticket. */
export const OrderRole = {
  single: 'single',
  entry: 'entry',
  takeProfit: 'take_profit',
  stopLoss: 'stop_loss',
  leg: 'leg',
  /** Made outside folios, such as by hand at the broker. */
  external: 'external',
} as const;
export type OrderRole = (typeof OrderRole)[keyof typeof OrderRole];

/** One order as its author writes it. Prices are US dollars per share or per unit of the option's underlying. */
export interface OrderSpec {
  readonly tradable: Tradable;
  readonly side: OrderSide;
  /** Whole shares, contracts or combinations. */
  readonly quantity: DecimalString;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** Of LIMIT and STOP_LIMIT. A combination's is its net price: negative is a credit when bought. */
  readonly limitPrice?: DecimalString;
  /** Of STOP and STOP_LIMIT: the trigger. */
  readonly stopPrice?: DecimalString;
  /** Of TRAILING_STOP: exactly one of the two. */
  readonly trailAmount?: DecimalString;
  readonly trailPercent?: DecimalString;
}

/** An order of a ticket with its place in it, as it is journaled and given to a broker. */
export interface PlannedOrder extends OrderSpec {
  /** Deterministic and unique for ever: `<ticketId>/<n>`; the broker carries it. */
  readonly orderRef: string;
  readonly role: OrderRole;
  /** The order that must fill before this one works; null without one. */
  readonly parentRef: string | null;
  /** Orders of one group cancel each other: a fill of one cancels, or reduces, the rest. Null without one. */
  readonly ocaGroup: string | null;
}
