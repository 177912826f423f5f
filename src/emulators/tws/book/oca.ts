import { type Dec, dec } from '../../../domain/money/decimal.ts';
import type { SimOrder } from './sim-order.ts';

/** What a fill does to another order of its group. A quantity of null cancels it. */
export interface OcaEffect {
  readonly permId: number;
  readonly quantity: string | null;
}

/**
 * Type 1 cancels the others at any fill; types 2 and 3 reduce what is left of them in the proportion in which the filled
 * order's rest went down, to whole units, and cancel what comes to nothing. That 2 blocks and 3 does not shows in nothing
 * here: one fill is over before the next begins. `before` is the order as it was before the fill of `traded`.
 */
export function ocaEffects(before: SimOrder, traded: Dec, group: readonly SimOrder[]): OcaEffect[] {
  const rest = dec(before.quantity).minus(before.filled);
  const left = rest.minus(traded).div(rest);
  return group.map((other): OcaEffect => {
    if (before.ocaType === '1' || left.lte(0)) return { permId: other.permId, quantity: null };
    const otherRest = dec(other.quantity).minus(other.filled).times(left).ceil();
    return { permId: other.permId, quantity: otherRest.plus(other.filled).toFixed() };
  });
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
