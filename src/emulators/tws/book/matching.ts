import { type Dec, dec } from '../../../domain/money/decimal.ts';
import { toGrid } from '../market/price-rules.ts';
import type { LiveQuote } from '../market/quote-board.ts';
import { isBuy, isLive, type SimOrder } from './sim-order.ts';

const TRIGGERED_TYPES: ReadonlySet<string> = new Set(['STP', 'STP LMT', 'TRAIL']);

/** Whether the type waits for a price before it works. */
export function waitsForTrigger(orderType: string | undefined): boolean {
  return TRIGGERED_TYPES.has(orderType ?? '');
}

/** Where a stop stands after the market moved: its trailing price, and whether it has been reached. */
export interface TriggerView {
  readonly isTriggered: boolean;
  readonly trailStop: string | null;
}

/**
 * Stops are reached by the last price, for combinations too. A trailing stop follows the best last price since it
 * works, by an amount (the auxiliary price) or by percent, and never moves back.
 */
export function viewTrigger(order: SimOrder, quote: LiveQuote): TriggerView {
  const { isTriggered } = order;
  if (isTriggered) return { isTriggered, trailStop: order.trailStop };
  const stop = order.fields.orderType === 'TRAIL' ? movedStop(order, quote.last) : dec(order.fields.auxPrice || '0');
  const reached = isBuy(order) ? quote.last.gte(stop) : quote.last.lte(stop);
  return { isTriggered: reached, trailStop: order.fields.orderType === 'TRAIL' ? stop.toFixed() : null };
}

function movedStop(order: SimOrder, last: Dec): Dec {
  const { auxPrice, trailingPercent, trailStopPrice } = order.fields;
  const distance = trailingPercent ? last.abs().times(trailingPercent).div(100) : dec(auxPrice || '0');
  const buy = isBuy(order);
  const wanted = toGrid(order.contract, buy ? last.plus(distance) : last.minus(distance), buy);
  const before = order.trailStop ?? (trailStopPrice || null);
  if (before === null) return wanted;
  const kept = dec(before);
  return (buy ? wanted.lt(kept) : wanted.gt(kept)) ? wanted : kept;
}

/** The price at which the order trades now: always the quote's, never worse than its limit. Null while it does not. */
export function tradePrice(order: SimOrder, quote: LiveQuote): Dec | null {
  if (!order.isTriggered) return null;
  const price = isBuy(order) ? quote.ask : quote.bid;
  const { orderType, lmtPrice } = order.fields;
  if (orderType !== 'LMT' && orderType !== 'STP LMT') return price;
  const limit = dec(lmtPrice || '0');
  return (isBuy(order) ? price.lte(limit) : price.gte(limit)) ? price : null;
}

/** What an order may trade now: its own rest, no more than the market has, and while its parent works no more than that has filled. */
export function tradeQuantity(order: SimOrder, parent: SimOrder | null, available: number | null): Dec {
  const whole =
    parent === null || !isLive(parent) ? dec(order.quantity) : lesser(dec(order.quantity), dec(parent.filled));
  const rest = whole.minus(order.filled);
  const offered = available === null ? rest : lesser(rest, dec(available));
  return offered.gt(0) ? offered : dec(0);
}

function lesser(a: Dec, b: Dec): Dec {
  return a.lt(b) ? a : b;
}
