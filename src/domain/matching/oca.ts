import { type Dec, type DecimalString, dec } from '../money/decimal.ts';
import type { Filling } from './trades.ts';

/** What a fill does to the other orders of its group. */
export const OcaRule = {
  /** Any fill cancels them. */
  cancel: 'cancel',
  /** They go down in the proportion in which the filled order's rest went down. */
  reduce: 'reduce',
} as const;
export type OcaRule = (typeof OcaRule)[keyof typeof OcaRule];

/**
 * The quantity that another order of a group has after a fill of `traded`; null where it is cancelled. It is reduced to
 * whole units, rounded up: what is filled stays protected. `before` is the filled order as it was.
 */
export function quantityAfterFill(rule: OcaRule, before: Filling, traded: Dec, other: Filling): DecimalString | null {
  const rest = dec(before.quantity).minus(before.filled);
  const left = rest.minus(traded).div(rest);
  if (rule === OcaRule.cancel || left.lte(0)) return null;
  return dec(other.quantity).minus(other.filled).times(left).ceil().plus(other.filled).toFixed();
}
