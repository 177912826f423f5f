import { type Dec, dec } from '../money/decimal.ts';
import { OrderType } from '../orders/order.ts';
import { OrderSide } from '../orders/order-state.ts';
import { type PriceSteps, roundToIncrement } from '../orders/price-increment.ts';
import type { WorkingTerms } from './working-terms.ts';

const TRIGGERED: readonly OrderType[] = [OrderType.stop, OrderType.stopLimit, OrderType.trailing];

/** Whether the type waits for a price before it works. */
export function waitsForTrigger(type: OrderType): boolean {
  return TRIGGERED.includes(type);
}

/** Where a stop stands after the market moved. */
export type TriggerView = Pick<WorkingTerms, 'isTriggered' | 'trailStop'>;

/**
 * Stops are reached by the last price, and stay reached. A trailing stop follows the best last price since it works, by
 * an amount or by percent, on the price grid, and never moves back.
 */
export function viewTrigger(order: WorkingTerms, last: Dec, steps: PriceSteps): TriggerView {
  const { isTriggered, trailStop, type } = order;
  if (isTriggered) return { isTriggered, trailStop };
  const isTrailing = type === OrderType.trailing;
  const stop = isTrailing ? movedStop(order, last, steps) : dec(order.stopPrice ?? '0');
  const isReached = order.side === OrderSide.buy ? last.gte(stop) : last.lte(stop);
  return { isTriggered: isReached, trailStop: isTrailing ? stop.toFixed() : null };
}

function movedStop(order: WorkingTerms, last: Dec, steps: PriceSteps): Dec {
  const { trailAmount, trailPercent, trailStop } = order;
  const distance = trailPercent === undefined ? dec(trailAmount ?? '0') : last.abs().times(trailPercent).div(100);
  const isBuy = order.side === OrderSide.buy;
  const exact = isBuy ? last.plus(distance) : last.minus(distance);
  const wanted = dec(roundToIncrement(exact, steps, isBuy ? 'up' : 'down'));
  if (trailStop === null) return wanted;
  const kept = dec(trailStop);
  return (isBuy ? wanted.lt(kept) : wanted.gt(kept)) ? wanted : kept;
}
