import { type HeldPosition, isReducing, type WorkingOrder } from './exposure.ts';
import type { PlannedOrder } from './order.ts';
import type { TicketSpec } from './ticket.ts';

/** Whether the orders of a ticket may only make positions smaller. */
export function isReduceOnly(spec: TicketSpec): boolean {
  return spec.kind === 'single' && spec.reduceOnly === true;
}

/**
 * Why an order of a reduce-only ticket may not be sent, in words; null where it may. Two that would close the same
 * position turn it round together, so what other working orders close already is not there for this one.
 */
export function reductionObstacle(
  spec: TicketSpec,
  order: PlannedOrder,
  account: { readonly positions: readonly HeldPosition[]; readonly working: readonly WorkingOrder[] },
): string | null {
  if (!isReduceOnly(spec) || isReducing(order, account.positions, account.working)) return null;
  return 'it may only reduce, and no position of this size is left that no other order closes';
}
