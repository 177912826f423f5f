import { type Dec, dec } from '../../domain/money/decimal.ts';
import { filledOf, type PaperBook } from './paper-book.ts';
import { isLive, type PaperOrder, PaperStatus } from './paper-state.ts';

/** Whether the order's parent has traded, or it has none: before that a child does not work. */
export function isReleased(book: PaperBook, order: Pick<PaperOrder, 'parentId'>): boolean {
  return order.parentId === null || dec(book.order(order.parentId).filled).gt(0);
}

/**
 * How much a child may have filled in all: what its parent has filled, less what the other children of its group have
 * closed of that already. Null for an order without a parent, which has no such bound.
 */
export function allowedQuantity(book: PaperBook, order: FamilyPlace): Dec | null {
  if (order.parentId === null) return null;
  const others = book
    .childrenOf(order.parentId)
    .filter((other) => other.brokerOrderId !== order.brokerOrderId && other.ocaGroup === order.ocaGroup);
  return dec(book.order(order.parentId).filled).minus(filledOf(others));
}

/** What an order's place in its family follows from. */
export type FamilyPlace = Pick<PaperOrder, 'brokerOrderId' | 'parentId' | 'ocaGroup'>;

/**
 * Fits the children of an order that trades no more to what it has filled: where that is nothing they go with it, else
 * none of them may close more.
 */
export function fitChildren(book: PaperBook, { brokerOrderId, status, filled }: PaperOrder): void {
  for (const { brokerOrderId: childId } of book.childrenOf(brokerOrderId)) {
    const child = book.order(childId);
    if (!isLive(child)) continue;
    const allowed = allowedQuantity(book, child);
    if (dec(filled).isZero()) endOrder(book, childId, PaperStatus.cancelled, `its parent is ${status}`);
    else if (allowed?.lt(child.order.quantity)) resizeOrder(book, childId, allowed);
  }
}

/** Ends a live order before it has filled whole, and fits its children to that. */
export function endOrder(
  book: PaperBook,
  brokerOrderId: string,
  status: typeof PaperStatus.cancelled | typeof PaperStatus.expired,
  reason: string,
): void {
  const order = book.change(brokerOrderId, { status, reason, endedOn: book.day });
  book.tellStatus(order);
  fitChildren(book, order);
}

/** Gives a live order another quantity; one that has filled as much already is cancelled. */
export function resizeOrder(book: PaperBook, brokerOrderId: string, quantity: Dec): void {
  const { order, filled } = book.order(brokerOrderId);
  if (quantity.lte(filled)) endOrder(book, brokerOrderId, PaperStatus.cancelled, 'nothing is left of its group');
  else book.tellStatus(book.change(brokerOrderId, { order: { ...order, quantity: quantity.toFixed() } }));
}
