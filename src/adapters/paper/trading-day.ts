import type { MarketDate } from '../../domain/market/market-date.ts';
import { TimeInForce } from '../../domain/orders/order.ts';
import { endOrder } from './family.ts';
import type { PaperBook } from './paper-book.ts';
import { isLive, type PaperOrder, PaperStatus } from './paper-state.ts';

/**
 * Begins another trading day: what was good for the day expires. What ended before the day that is over is forgotten,
 * but for families of which one still lives or has yet to be heard of (`isUntold`).
 */
export function turnTo(book: PaperBook, day: MarketDate, isUntold: (order: PaperOrder) => boolean): void {
  const over = book.day;
  for (const { brokerOrderId } of book.live()) {
    const paper = book.order(brokerOrderId);
    // Its parent may have taken it along.
    if (isLive(paper) && paper.order.timeInForce === TimeInForce.day)
      endOrder(book, brokerOrderId, PaperStatus.expired, `good for ${over} only`);
  }
  const isKept = (one: PaperOrder) => isLive(one) || (one.endedOn ?? over) >= over || isUntold(one);
  const families = new Set([...book.orders.values()].filter(isKept).map((one) => rootOf(book, one)));
  book.forget((one) => families.has(rootOf(book, one)));
  book.day = day;
}

function rootOf(book: PaperBook, { brokerOrderId, parentId }: PaperOrder): string {
  return parentId === null ? brokerOrderId : rootOf(book, book.order(parentId));
}
