import { Dec, type DecimalString, dec, ZERO } from '../money/decimal.ts';
import { OrderType } from '../orders/order.ts';
import { OrderSide } from '../orders/order-state.ts';
import type { WorkingTerms } from './working-terms.ts';

/** How much was ordered and how much of it has traded. */
export interface Filling {
  readonly quantity: DecimalString;
  readonly filled: DecimalString;
}

/** The price at which the order trades now: always the market's, never worse than its limit. Null while it does not. */
export function tradePrice(order: WorkingTerms, market: { readonly bid: Dec; readonly ask: Dec }): Dec | null {
  if (!order.isTriggered) return null;
  const isBuy = order.side === OrderSide.buy;
  const price = isBuy ? market.ask : market.bid;
  if (order.type !== OrderType.limit && order.type !== OrderType.stopLimit) return price;
  const limit = dec(order.limitPrice ?? '0');
  return (isBuy ? price.lte(limit) : price.gte(limit)) ? price : null;
}

/**
 * What an order may trade now: its own rest, no more than the market has, and in all no more than its family allows.
 * Null stands for no bound.
 */
export function tradeQuantity(order: Filling, allowed: DecimalString | Dec | null, available: number | null): Dec {
  const whole = allowed === null ? dec(order.quantity) : Dec.min(order.quantity, allowed);
  const rest = whole.minus(order.filled);
  return Dec.max(available === null ? rest : Dec.min(rest, available), ZERO);
}
