import { OcaRule, quantityAfterFill } from '../../../domain/matching/oca.ts';
import type { Dec } from '../../../domain/money/decimal.ts';
import type { SimOrder } from './sim-order.ts';

/** What a fill does to another order of its group. A quantity of null cancels it. */
export interface OcaEffect {
  readonly permId: number;
  readonly quantity: string | null;
}

/**
 * Type 1 cancels the others at any fill, types 2 and 3 reduce them. That 2 blocks and 3 does not shows in nothing here:
 * one fill is over before the next begins. `before` is the order as it was before the fill of `traded`.
 */
export function ocaEffects(before: SimOrder, traded: Dec, group: readonly SimOrder[]): OcaEffect[] {
  const rule = before.ocaType === '1' ? OcaRule.cancel : OcaRule.reduce;
  return group.map((other) => ({
    permId: other.permId,
    quantity: quantityAfterFill(rule, before, traded, other),
  }));
}

/** The other live orders of an order's group. */
export function ocaGroupOf(order: SimOrder, live: readonly SimOrder[]): SimOrder[] {
  if (order.ocaGroup === '') return [];
  return live.filter(
    (other) =>
      other.permId !== order.permId &&
      other.ocaGroup === order.ocaGroup &&
      other.account === order.account &&
      !other.isHeld,
  );
}
