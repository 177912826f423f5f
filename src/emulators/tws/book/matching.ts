import { tradePrice as priceOf, tradeQuantity as quantityOf } from '../../../domain/matching/trades.ts';
import {
  type TriggerView,
  viewTrigger as triggerOf,
  waitsForTrigger as waits,
} from '../../../domain/matching/triggers.ts';
import type { WorkingTerms } from '../../../domain/matching/working-terms.ts';
import { type Dec, dec } from '../../../domain/money/decimal.ts';
import { OrderType } from '../../../domain/orders/order.ts';
import { OrderSide } from '../../../domain/orders/order-state.ts';
import { priceStepsOf } from '../market/price-rules.ts';
import type { LiveQuote } from '../market/quote-board.ts';
import { isBuy, isLive, type SimOrder } from './sim-order.ts';

const TYPES: Readonly<Record<string, OrderType>> = {
  MKT: OrderType.market,
  LMT: OrderType.limit,
  STP: OrderType.stop,
  'STP LMT': OrderType.stopLimit,
  TRAIL: OrderType.trailing,
};

function typeOf(orderType: string | undefined): OrderType {
  return TYPES[orderType ?? ''] ?? OrderType.market;
}

/** Whether the type waits for a price before it works. */
export function waitsForTrigger(orderType: string | undefined): boolean {
  return waits(typeOf(orderType));
}

/** An order of the wire in the terms of the matching; a trailing stop's auxiliary price is its amount. */
function termsOf(order: SimOrder): WorkingTerms {
  const { orderType, lmtPrice, auxPrice, trailingPercent, trailStopPrice } = order.fields;
  return {
    side: isBuy(order) ? OrderSide.buy : OrderSide.sell,
    type: typeOf(orderType),
    limitPrice: lmtPrice || '0',
    stopPrice: auxPrice || '0',
    ...(trailingPercent ? { trailPercent: trailingPercent } : { trailAmount: auxPrice || '0' }),
    isTriggered: order.isTriggered,
    trailStop: order.trailStop ?? (trailStopPrice || null),
  };
}

/** Where a stop stands at this quote; what has been reached stays as it is. */
export function viewTrigger(order: SimOrder, { last }: Pick<LiveQuote, 'last'>): TriggerView {
  const { isTriggered, trailStop } = order;
  return isTriggered ? { isTriggered, trailStop } : triggerOf(termsOf(order), last, priceStepsOf(order.contract));
}

/** The price at which the order trades now; null while it does not. */
export function tradePrice(order: SimOrder, quote: LiveQuote): Dec | null {
  return priceOf(termsOf(order), quote);
}

/** What an order may trade now: while its parent works no more than that has filled. */
export function tradeQuantity(order: SimOrder, parent: SimOrder | null, available: number | null): Dec {
  return quantityOf(order, parent === null || !isLive(parent) ? null : dec(parent.filled), available);
}
