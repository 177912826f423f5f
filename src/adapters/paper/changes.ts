import { type DecimalString, dec } from '../../domain/money/decimal.ts';
import type { BrokerError } from '../../ports/broker-session.ts';
import type { Desk } from './desk.ts';
import { withoutEffect } from './failures.ts';
import { allowedQuantity, endOrder } from './family.ts';
import { changedTerms, type OrderChange } from './order-terms.ts';
import { workOrders } from './order-worker.ts';
import type { PaperBook } from './paper-book.ts';
import { isLive, type PaperOrder, PaperStatus } from './paper-state.ts';

/** The live order with this reference; null where it is over or was never placed. */
function findLive(book: PaperBook, orderRef: string): PaperOrder | null {
  const found = book.byRef(orderRef);
  return found && isLive(found) ? found : null;
}

/**
 * Changes a live order and works it. Returns BROKER_REJECTED where it is over, has filled as much already, or would close
 * more than its parent leaves; throws ORDER_INVALID for a change that is none.
 */
export function modifyOrder(
  desk: Desk,
  orderRef: string,
  change: OrderChange,
  resting: Set<string>,
): BrokerError | null {
  const { book, rules } = desk;
  const found = findLive(book, orderRef);
  if (found === null) return withoutEffect('BROKER_REJECTED', `${orderRef} is not working at the paper broker`);
  const order = changedTerms(found.order, orderRef, change, book.day, rules.grid);
  const problem = problemOf(book, found, order.quantity);
  if (problem !== null) return withoutEffect('BROKER_REJECTED', `${orderRef}: ${problem}`);
  book.tellStatus(book.change(found.brokerOrderId, { order }));
  workOrders(desk, resting);
  return null;
}

/** Why a live order cannot have this quantity; null where it can. */
function problemOf(book: PaperBook, paper: PaperOrder, quantity: DecimalString): string | null {
  const { filled, parentId } = paper;
  if (dec(quantity).lte(filled)) return `${filled} are filled already, so its quantity cannot become ${quantity}`;
  if (parentId === null || isLive(book.order(parentId))) return null;
  const allowed = allowedQuantity(book, paper);
  return allowed?.lt(quantity) ? `its parent leaves ${allowed.toFixed()} to close, not ${quantity}` : null;
}

/** Cancels a live order; one that is over, or was never placed, is left alone. */
export function cancelOrder(book: PaperBook, orderRef: string): void {
  const found = findLive(book, orderRef);
  if (found !== null) endOrder(book, found.brokerOrderId, PaperStatus.cancelled, 'cancelled on request');
}
