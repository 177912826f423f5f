import type { PlannedOrder } from '../../domain/orders/order.ts';
import { orderInvalid } from './failures.ts';

/** TWS takes combinations of a handful of legs; each leg costs a question about its contract before anything is sent. */
const MOST_LEGS = 6;

/** An order at its place in the sequence of messages. */
export interface SequencedOrder {
  readonly order: PlannedOrder;
  /** Its parent's place in the sequence; null where the parent is not in this placement, or there is none. */
  readonly parentIndex: number | null;
  /** Only the last order of a family releases it: TWS holds the others until then, so that no entry works alone. */
  readonly transmit: boolean;
}

/**
 * The messages of a placement in order: families (a parent and all that descend from it) one after the other, parents
 * before children. Throws ORDER_INVALID for repeated references, circles, and legs that cannot be a combination.
 */
export function sequenceOrders(orders: readonly PlannedOrder[]): readonly SequencedOrder[] {
  const refs = new Set(orders.map(({ orderRef }) => orderRef));
  if (orders.length === 0) throw orderInvalid('orders: at least one');
  if (refs.size !== orders.length) throw orderInvalid('orders: two of them have the same orderRef');
  for (const order of orders) checkLegs(order);

  const roots = orders.filter(({ parentRef }) => parentRef === null || !refs.has(parentRef));
  const families = roots.map((root) => descend(root, orders));
  const sequence = families.flat();
  if (sequence.length !== orders.length) throw orderInvalid('parentRef: orders that are parents of each other');
  const lastOfFamily = new Set(families.map((family) => family.at(-1)));
  return sequence.map((order) => {
    const parentIndex = sequence.findIndex(({ orderRef }) => orderRef === order.parentRef);
    return { order, parentIndex: parentIndex === -1 ? null : parentIndex, transmit: lastOfFamily.has(order) };
  });
}

function descend(parent: PlannedOrder, orders: readonly PlannedOrder[]): PlannedOrder[] {
  const children = orders.filter(({ parentRef }) => parentRef === parent.orderRef);
  return [parent, ...children.flatMap((child) => descend(child, orders))];
}

function checkLegs({ orderRef, tradable }: PlannedOrder): void {
  if (tradable.kind !== 'combo') return;
  const { legs } = tradable;
  if (legs.length < 2 || legs.length > MOST_LEGS)
    throw orderInvalid(`${orderRef}: legs: a combination has 2 to ${MOST_LEGS}, this one has ${legs.length}`);
  const wrong = legs.findIndex(({ ratio }) => !Number.isSafeInteger(ratio) || ratio < 1);
  if (wrong !== -1)
    throw orderInvalid(`${orderRef}: legs[${wrong}].ratio: must be a whole number from 1, is ${legs[wrong]?.ratio}`);
}
