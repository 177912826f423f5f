import { Dec, type DecimalString } from '../money/decimal.ts';
import { multiplierOf } from './exposure.ts';
import { type Instrument, instrumentKey } from './instrument.ts';
import type { OrderSpec } from './order.ts';
import { applyExecution, type OrderProgress, type ProgressStep } from './order-progress.ts';
import { applyLegExecution, type LegFill } from './order-progress-combo.ts';
import type { OrderSide } from './order-state.ts';
import { legsOf } from './ticket.ts';

/** An execution as a broker tells it: of the order's instrument, or of a leg of its combination. */
export interface ReportedFill {
  readonly instrument: Instrument;
  readonly side: OrderSide;
  readonly quantity: DecimalString;
  readonly price: DecimalString;
}

export type FillStep =
  | Extract<ProgressStep, { kind: 'refused' }>
  /** `instrument` is the order's own spelling of what was traded: by that it is booked. */
  | { readonly kind: 'applied'; readonly progress: OrderProgress; readonly instrument: Instrument };

/**
 * One execution of an order after the `earlier` ones, which only a combination needs. Refused if it is of another
 * instrument or side, if its amounts cannot be booked, if the order cannot trade in its state, or if more would be filled
 * than was ordered.
 */
export function applyFill(
  progress: OrderProgress,
  order: Pick<OrderSpec, 'tradable' | 'side'>,
  earlier: readonly LegFill[],
  fill: ReportedFill,
): FillStep {
  const key = instrumentKey(fill.instrument);
  const leg = legsOf(order.tradable, order.side).find((one) => isSame(one.instrument, fill.instrument));
  if (!leg) return { kind: 'refused', problem: `the order does not trade ${key}` };
  if (leg.side !== fill.side) {
    return { kind: 'refused', problem: `a ${fill.side} of ${key} is told, and the order is to ${leg.side}` };
  }
  const problem = amountProblem(fill, multiplierOf(leg.instrument));
  if (problem !== null) return { kind: 'refused', problem };
  const { quantity, price } = fill;
  const step =
    order.tradable.kind === 'combo'
      ? applyLegExecution(progress, order.tradable, earlier, {
          instrument: instrumentKey(leg.instrument),
          quantity,
          price,
        })
      : applyExecution(progress, fill);
  return step.kind === 'applied' ? { ...step, instrument: leg.instrument } : step;
}

const MAX_AMOUNT = new Dec('1e15');

/** The books multiply exactly: the digits of the factors together must fit the precision of our decimals. */
function amountProblem({ quantity, price }: ReportedFill, multiplier: Dec): string | null {
  const units = amountOf(quantity);
  const paid = amountOf(price);
  if (units === null || !units.gt(0)) return `a fill of ${quantity} is none`;
  if (paid === null || paid.lt(0)) return `a fill at ${price} cannot be booked`;
  const digits = [units, paid, multiplier].reduce((total, one) => total + one.precision(true), 0);
  const isTooLarge = units.gt(MAX_AMOUNT) || units.times(paid).times(multiplier).gt(MAX_AMOUNT);
  if (isTooLarge || digits > Dec.precision)
    return `a fill of ${quantity} at ${price} is too large or too fine to be booked`;
  return null;
}

function isSameNumber(one: DecimalString, other: DecimalString): boolean {
  return amountOf(one)?.equals(amountOf(other) ?? Number.NaN) ?? false;
}

/** A finite number, or null. */
export function amountOf(text: DecimalString): Dec | null {
  try {
    const amount = new Dec(text);
    return amount.isFinite() ? amount : null;
  } catch {
    return null;
  }
}

/** Whether both tell the same: a repetition, however its numbers are spelled. */
export function isSameFill(one: ReportedFill, other: ReportedFill): boolean {
  const isSameAmount = isSameNumber(one.quantity, other.quantity) && isSameNumber(one.price, other.price);
  return isSameAmount && one.side === other.side && isSame(one.instrument, other.instrument);
}

/** Whether both are one contract. */
function isSame(one: Instrument, other: Instrument): boolean {
  if (one.symbol !== other.symbol) return false;
  if (one.kind === 'stock' || other.kind === 'stock') return one.kind === other.kind;
  const isSameTerms = one.expiration === other.expiration && one.right === other.right;
  return isSameTerms && isSameNumber(one.strike, other.strike) && isSameNumber(one.multiplier, other.multiplier);
}
