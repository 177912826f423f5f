import { type DecimalString, dec } from '../money/decimal.ts';
import { isTerminal, nextOrderState, OrderEvent, type OrderState } from './order-state.ts';

/** How far an order has come. */
export interface OrderProgress {
  readonly state: OrderState;
  readonly quantity: DecimalString;
  readonly filledQuantity: DecimalString;
  /** US dollars a unit, weighted by quantity; null while nothing is filled. */
  readonly averageFillPrice: DecimalString | null;
}

export type ProgressStep =
  | { readonly kind: 'applied'; readonly progress: OrderProgress }
  /** The report contradicts the order: it is kept, and nothing changes. */
  | { readonly kind: 'refused'; readonly problem: string };

/**
 * What the broker says of an order's state. That it has traded is believed when the executions are there: until then it
 * only proves that the broker has the order. `wholeQuantity` is what a broker calls filled that has nothing left to fill:
 * where that is less than was ordered, a group that fills together, or a parent that filled in part, has reduced the order.
 */
export function applyStatus(
  progress: OrderProgress,
  event: OrderEvent,
  wholeQuantity: DecimalString | null = null,
): ProgressStep {
  const isFill = event === OrderEvent.fill || event === OrderEvent.partialFill;
  const step = moveOrder(
    progress,
    isFill && nextOrderState(progress.state, event) !== null ? OrderEvent.accept : event,
  );
  if (wholeQuantity === null || event !== OrderEvent.fill || step.kind === 'refused') return step;
  const whole = dec(wholeQuantity);
  const isReduced = whole.gt(0) && whole.lt(progress.quantity) && whole.gte(progress.filledQuantity);
  return isReduced && !isTerminal(step.progress.state) ? applyQuantity(step.progress, wholeQuantity) : step;
}

/** The order after an event of the transition table, with what is filled as it is. */
export function moveOrder(progress: OrderProgress, event: OrderEvent): ProgressStep {
  const state = nextOrderState(progress.state, event);
  if (state === null) return { kind: 'refused', problem: `an order that is ${progress.state} cannot ${event}` };
  return { kind: 'applied', progress: { ...progress, state } };
}

/**
 * One execution of the order. It is refused if it has no quantity or price, if the order is in a state that cannot trade,
 * or if more would be filled than was ordered.
 */
export function applyExecution(
  progress: OrderProgress,
  execution: { readonly quantity: DecimalString; readonly price: DecimalString },
): ProgressStep {
  const quantity = dec(execution.quantity);
  if (!quantity.greaterThan(0)) return { kind: 'refused', problem: `a fill of ${execution.quantity} is none` };
  const before = dec(progress.filledQuantity);
  const filled = before.plus(quantity);
  if (filled.greaterThan(progress.quantity)) {
    const problem = `a fill of ${quantity.toFixed()} after ${before.toFixed()} is more than the ${progress.quantity} ordered`;
    return { kind: 'refused', problem };
  }
  const event = filled.equals(progress.quantity) ? OrderEvent.fill : OrderEvent.partialFill;
  const step = moveOrder(progress, event);
  if (step.kind === 'refused') return step;
  const value = before.times(progress.averageFillPrice ?? 0).plus(quantity.times(execution.price));
  return {
    kind: 'applied',
    progress: {
      ...step.progress,
      filledQuantity: filled.toFixed(),
      averageFillPrice: value.dividedBy(filled).toDecimalPlaces(AVERAGE_DECIMALS).toFixed(),
    },
  };
}

/**
 * The order after the broker took another quantity for it. Refused if the order is over or has filled more than that; one
 * that has filled exactly that is filled.
 */
export function applyQuantity(progress: OrderProgress, quantity: DecimalString): ProgressStep {
  const wanted = dec(quantity);
  const problem = !wanted.gt(0)
    ? `a quantity of ${quantity} is none`
    : isTerminal(progress.state)
      ? `an order that is ${progress.state} cannot change`
      : wanted.lt(progress.filledQuantity)
        ? `${progress.filledQuantity} are filled, which is more than ${quantity}`
        : null;
  if (problem !== null) return { kind: 'refused', problem };
  const changed = { ...progress, quantity: wanted.toFixed() };
  if (wanted.equals(progress.filledQuantity)) return moveOrder(changed, OrderEvent.fill);
  return { kind: 'applied', progress: changed };
}

/** An average is for people; what was paid stands in the executions. */
export const AVERAGE_DECIMALS = 10;
