import { waitsForTrigger } from '../../domain/matching/triggers.ts';
import { type DecimalString, dec } from '../../domain/money/decimal.ts';
import { isReducing } from '../../domain/orders/exposure.ts';
import { type Instrument, instrumentKey } from '../../domain/orders/instrument.ts';
import type { PlannedOrder } from '../../domain/orders/order.ts';
import { OrderSide } from '../../domain/orders/order-state.ts';
import type { PriceGridFacts } from '../../domain/orders/price-increment.ts';
import { legsOf } from '../../domain/orders/ticket.ts';
import type { BrokerError, BrokerReport } from '../../ports/broker-session.ts';
import { chance } from './chance.ts';
import type { Desk } from './desk.ts';
import { orderInvalid, withoutEffect } from './failures.ts';
import { allowedQuantity, type FamilyPlace, isReleased } from './family.ts';
import { termsOnGrid } from './order-terms.ts';
import { workOrders } from './order-worker.ts';
import type { PaperBook } from './paper-book.ts';
import { isLive, type PaperOrder, PaperStatus } from './paper-state.ts';

/**
 * Takes all orders of a placement, as `sequenceOrders` gives them, and works them at once, or refuses all of
 * them: what belongs together never stands in parts. A refusal is reported of each order and returned. Throws
 * ORDER_INVALID, before anything is written, where the market does not know what they trade.
 *
 * A reference that the account has already is taken again, as TWS takes it: whoever submits an order twice has it twice,
 * and it must show.
 */
export function placeOrders(desk: Desk, sequence: readonly PlannedOrder[], resting: Set<string>): BrokerError | null {
  for (const order of sequence) assertKnown(desk, order);
  const refusal = refusalOf(desk, sequence);
  const ids = new Map<string, string>();
  for (const order of sequence) {
    const paper = desk.book.add(newOrder(desk, order, ids));
    ids.set(order.orderRef, paper.brokerOrderId);
    desk.book.tellStatus(refusal === null ? paper : reject(desk, paper, refusal));
  }
  if (refusal !== null) return withoutEffect('BROKER_REJECTED', `the paper broker refused the placement: ${refusal}`);
  workOrders(desk, resting);
  return null;
}

/**
 * The orders as they would be taken: prices on the grid, parents before their children. Throws ORDER_INVALID for what is
 * wrong with them whatever the market is.
 */
export function sequenceOrders(
  book: PaperBook,
  grid: PriceGridFacts,
  orders: readonly PlannedOrder[],
): readonly PlannedOrder[] {
  return inSequence(book, orders).map((order) => termsOnGrid(order, order.orderRef, book.day, grid));
}

/** Throws ORDER_INVALID for repeated references, circles and parents that were never placed. */
function inSequence(book: PaperBook, orders: readonly PlannedOrder[]): readonly PlannedOrder[] {
  const refs = new Set(orders.map(({ orderRef }) => orderRef));
  if (orders.length === 0) throw orderInvalid('orders: at least one');
  if (refs.size !== orders.length) throw orderInvalid('orders: two of them have the same orderRef');
  const descend = (parent: PlannedOrder): PlannedOrder[] => [
    parent,
    ...orders.filter(({ parentRef }) => parentRef === parent.orderRef).flatMap(descend),
  ];
  const roots = orders.filter(({ parentRef }) => parentRef === null || !refs.has(parentRef));
  for (const { orderRef, parentRef } of roots) {
    if (parentRef !== null && book.byRef(parentRef) === null)
      throw orderInvalid(`${orderRef}: parentRef: ${parentRef} was never placed here`);
  }
  const sequence = roots.flatMap(descend);
  if (sequence.length !== orders.length) throw orderInvalid('parentRef: orders that are parents of each other');
  return sequence;
}

/** Everything that orders trade, whose prices must be known to work them. */
export function instrumentsOf(orders: readonly PlannedOrder[]): readonly Instrument[] {
  return orders.flatMap(({ tradable, side }) => legsOf(tradable, side).map(({ instrument }) => instrument));
}

/** The same with the shares that options are written on: what an option ties up depends on them. */
export function withUnderlyings(instruments: readonly Instrument[]): readonly Instrument[] {
  return instruments.flatMap((one): Instrument[] =>
    one.kind === 'stock' ? [one] : [one, { kind: 'stock', symbol: one.symbol }],
  );
}

/** Throws ORDER_INVALID where something of the order has no price. */
export function assertKnown({ market }: Desk, { orderRef, tradable, side }: PlannedOrder): void {
  const unknown = legsOf(tradable, side).find(({ instrument }) => market.quote(instrument) === null);
  if (unknown) throw orderInvalid(`${orderRef}: the paper broker has no price of ${instrumentKey(unknown.instrument)}`);
}

/** Why the placement is refused; null where it is taken. */
function refusalOf(desk: Desk, orders: readonly PlannedOrder[]): string | null {
  const { seed, rejectProbability, allowShort } = desk.rules;
  const unlucky = orders.find(({ orderRef }) => chance(seed, `${orderRef}/reject`) < rejectProbability);
  if (unlucky) return `${unlucky.orderRef} was refused by chance, as configured`;
  const orphan = orders.find((order) => isOverWithoutRest(desk.book, order));
  if (orphan) return `${orphan.orderRef}: its parent is over and leaves nothing to close`;
  const short = allowShort ? undefined : orders.find((order) => sellsShort(desk, order));
  return short ? `${short.orderRef} would sell shares that are not held` : null;
}

function isOverWithoutRest(book: PaperBook, order: PlannedOrder): boolean {
  const parent = order.parentRef === null ? null : book.byRef(order.parentRef);
  if (parent === null || isLive(parent)) return false;
  const allowed = allowedQuantity(book, placeOf('', order, parent.brokerOrderId));
  return allowed?.lte(0) ?? false;
}

/** Children without a group of their own are one: they cancel each other, as in TWS. */
function placeOf(brokerOrderId: string, { ocaGroup }: PlannedOrder, parentId: string | null): FamilyPlace {
  return { brokerOrderId, parentId, ocaGroup: ocaGroup ?? (parentId === null ? null : `children of ${parentId}`) };
}

function sellsShort({ book }: Desk, order: PlannedOrder): boolean {
  if (order.tradable.kind !== 'stock' || order.side !== OrderSide.sell || order.parentRef !== null) return false;
  const positions = [...book.positions.values()].map((one) => ({ ...one, marketValueUsd: '0', tradeId: null }));
  const working = book.live().map((one) => ({
    ...{ order: one.order, reservedUsd: '0', tradeId: null },
    remainingQuantity: dec(one.order.quantity).minus(one.filled).toFixed(),
  }));
  return !isReducing(order, positions, working);
}

function newOrder({ book }: Desk, order: PlannedOrder, ids: ReadonlyMap<string, string>): PaperOrder {
  const { orderRef, parentRef } = order;
  const parentId = parentRef === null ? null : (ids.get(parentRef) ?? book.byRef(parentRef)?.brokerOrderId ?? null);
  const isTriggered = !waitsForTrigger(order.type);
  const place = placeOf(`paper/${orderRef}#${book.nextSequence()}`, order, parentId);
  return {
    ...place,
    order: { ...order, quantity: quantityBeside(book, place, order.quantity) },
    status: isTriggered && isReleased(book, place) ? PaperStatus.working : PaperStatus.waiting,
    reason: null,
    filled: '0',
    fills: 0,
    isTriggered,
    trailStop: null,
    changedAt: book.now,
    endedOn: null,
  };
}

/** A child that comes after its parent has ended is for what the parent has filled. */
function quantityBeside(book: PaperBook, place: FamilyPlace, quantity: DecimalString): DecimalString {
  if (place.parentId === null || isLive(book.order(place.parentId))) return quantity;
  const allowed = allowedQuantity(book, place);
  return allowed?.gt(0) && allowed.lt(quantity) ? allowed.toFixed() : quantity;
}

function reject({ book }: Desk, { brokerOrderId }: PaperOrder, reason: string): PaperOrder {
  return book.change(brokerOrderId, { status: PaperStatus.rejected, reason, endedOn: book.day });
}

/** The reports about these orders: what `place` answers with. */
export function reportsAbout(orders: readonly PlannedOrder[], reports: readonly BrokerReport[]): BrokerReport[] {
  const refs = new Set(orders.map(({ orderRef }) => orderRef));
  return reports.filter((report) => report.kind !== 'commission' && refs.has(report.orderRef));
}
