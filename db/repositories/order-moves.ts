import type { Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { Dec, dec } from '../../src/domain/money/decimal.ts';
import { multiplierOf } from '../../src/domain/orders/exposure.ts';
import type { OrderNews } from '../../src/domain/orders/order-news.ts';
import { applyQuantity, moveOrder, type ProgressStep } from '../../src/domain/orders/order-progress.ts';
import { OrderEvent, OrderState } from '../../src/domain/orders/order-state.ts';
import type { OrderJournal } from '../../src/ports/order-journal.ts';
import type { DB } from '../schema.gen.ts';
import { appendEvent, appendEvents, type NewEvent } from './journal-events.ts';
import {
  type JournaledOrder,
  lockAccountOf,
  lockOrder,
  newsOf,
  readOrders,
  reasonAfter,
  saveProgress,
} from './journal-orders.ts';
import { orderAlerts } from './order-alerts.ts';
import { raiseAlerts } from './raise-alert.ts';

type Change = Parameters<OrderJournal['changeOrder']>[1];
type Note = Parameters<OrderJournal['note']>[1];

/** States in which the broker has shown nothing of an order: only then may it be given to it. */
const UNSEEN: readonly OrderState[] = [OrderState.pending, OrderState.submitted, OrderState.unknown];

/** Counts a submission of all these orders, or of none and returns false. The account stays locked to the end. */
export async function beginSubmission(
  trx: Transaction<DB>,
  orderRefs: readonly string[],
  submission: number,
  at: Date,
): Promise<boolean> {
  if (orderRefs.length === 0 || submission < 1) return false;
  await lockAccountOf(trx, orderRefs);
  // Those that may be sent are counted and moved in one statement: all of them, or none.
  const begun = await trx
    .updateTable('orders')
    .set({ submissions: submission, submitted_at: at, updated_at: at })
    .set((eb) => ({
      state: eb
        .case()
        .when('state', '=', OrderState.pending)
        .then<OrderState>(OrderState.submitted)
        .else(eb.ref('state'))
        .end(),
    }))
    .where('order_ref', 'in', orderRefs)
    .where(
      (eb) =>
        eb
          .selectFrom('orders as o')
          .innerJoin('tickets as t', 't.id', 'o.ticket_id')
          .select(eb.fn.countAll<number>().as('count'))
          .where('t.spec', 'is not', null)
          .where('o.order_ref', 'in', orderRefs)
          .where('o.submissions', '=', submission - 1)
          .where('o.state', 'in', UNSEEN),
      '=',
      orderRefs.length,
    )
    .returning(['id as orderId', 'account_id as accountId', 'order_ref as orderRef', 'state'])
    .execute();
  if (begun.length === 0) {
    await readOrders(trx, orderRefs);
    return false;
  }
  const events = begun.map(
    ({ orderId, accountId, orderRef, state }): NewEvent => ({
      ...{ accountId, order: { orderId, planned: { orderRef } }, kind: 'submission', kept: null, state, isNews: false },
      ...{ key: `submission/${orderRef}/${submission}`, data: { submission }, at, recordedAt: at },
    }),
  );
  await appendEvents(trx, events);
  return true;
}

/**
 * A move of our own; one that changes nothing writes nothing. Of one that the table does not list the event is kept, and
 * the refusal is returned instead of thrown, so that the transaction commits it.
 */
export async function moveByUs(
  trx: Transaction<DB>,
  orderRef: string,
  event: OrderEvent,
  reason: string,
  at: Date,
): Promise<OrderNews | FoliosError> {
  const order = await lockOrder(trx, orderRef);
  const step = stepOf(order, event);
  if (step.kind === 'refused') {
    const kept = { outcome: 'refused', problem: step.problem } as const;
    await appendEvent(trx, { ...(await ownMove(trx, order, event, reason, at)), kept });
    const message = `order ${orderRef}: ${step.problem}`;
    return new FoliosError('ORDER_STATE_CONFLICT', message, { orderRef, state: order.progress.state, event });
  }
  const { progress } = step;
  if (progress.state === order.progress.state) return newsOf(order, await newestEvent(trx, orderRef));
  const moved = { ...order, progress, stateReason: reasonAfter(order, progress, reason) };
  await saveProgress(trx, moved, at);
  const own = await ownMove(trx, order, event, reason, at);
  const eventId = await appendEvent(trx, { ...own, state: progress.state });
  await raiseAlerts(trx, orderAlerts(moved, order.progress.state, at));
  return newsOf(moved, eventId);
}

/** Cancels an order that was never given to the broker; null, with nothing written, where it was or is over. */
export async function withdraw(
  trx: Transaction<DB>,
  orderRef: string,
  reason: string,
  at: Date,
): Promise<OrderNews | FoliosError | null> {
  const { submissions, progress } = await lockOrder(trx, orderRef);
  if (submissions > 0 || progress.state !== OrderState.pending) return null;
  return await moveByUs(trx, orderRef, OrderEvent.cancel, reason, at);
}

export async function addNote(trx: Transaction<DB>, orderRef: string, note: Note, at: Date): Promise<void> {
  await appendNote(trx, await lockOrder(trx, orderRef), note, at);
}

/**
 * What the broker took. Prices are written whatever the order's state, since it may have filled at them meanwhile; a
 * quantity that contradicts the order is kept and changes nothing.
 */
export async function changeOrder(trx: Transaction<DB>, orderRef: string, change: Change, at: Date): Promise<void> {
  const order = await lockOrder(trx, orderRef);
  const { limitPrice, stopPrice, quantity } = change;
  const { progress: before, planned } = order;
  const step: ProgressStep =
    quantity === undefined ? { kind: 'applied', progress: before } : applyQuantity(before, quantity);
  const kept = step.kind === 'refused' ? ({ outcome: 'refused', problem: step.problem } as const) : null;
  const progress = step.kind === 'applied' ? step.progress : before;
  await saveProgress(trx, { ...order, progress, stateReason: reasonAfter(order, progress, null) }, at);
  const prices = {
    ...(limitPrice === undefined ? {} : { limitPrice }),
    ...(stopPrice === undefined ? {} : { stopPrice }),
  };
  await trx
    .updateTable('orders')
    .set({
      ...(limitPrice === undefined ? {} : { limit_price: limitPrice }),
      ...(stopPrice === undefined ? {} : { stop_price: stopPrice }),
      reserved_usd: reservedAfter({ ...order, planned: { ...planned, ...prices } }, progress.quantity),
    })
    .where('id', '=', order.orderId)
    .execute();
  await appendNote(trx, { ...order, progress }, { what: 'changed', ...change }, at, kept);
}

/** In proportion to the quantity, and never less than the order costs at its new limit. */
function reservedAfter({ reservedUsd, planned }: JournaledOrder, quantity: string): string {
  const before = dec(reservedUsd);
  if (before.isZero()) return '0';
  const scaled = before.times(quantity).dividedBy(planned.quantity).toDecimalPlaces(2, Dec.ROUND_UP);
  const atLimit = dec(planned.limitPrice ?? 0)
    .times(quantity)
    .times(multiplierOf(planned.tradable))
    .abs();
  return Dec.max(scaled, atLimit).toFixed();
}

/** What has traded is for executions to tell: no move of our own fills an order. */
function stepOf({ progress }: JournaledOrder, event: OrderEvent): ProgressStep {
  if (event !== OrderEvent.fill && event !== OrderEvent.partialFill) return moveOrder(progress, event);
  return { kind: 'refused', problem: 'only an execution can fill an order' };
}

function ownEvent(order: JournaledOrder, kind: NewEvent['kind'], at: Date) {
  const { accountId, progress } = order;
  return { accountId, order, kind, kept: null, state: progress.state, at, recordedAt: at, isNews: false };
}

async function ownMove(
  trx: Transaction<DB>,
  order: JournaledOrder,
  event: OrderEvent,
  reason: string,
  at: Date,
): Promise<NewEvent> {
  const n = await countEvents(trx, order.planned.orderRef, 'own');
  return { ...ownEvent(order, 'own', at), key: `own/${order.planned.orderRef}/${n + 1}`, data: { event, reason } };
}

async function appendNote(
  trx: Transaction<DB>,
  order: JournaledOrder,
  note: Note,
  at: Date,
  kept: NewEvent['kept'] = null,
): Promise<void> {
  const n = await countEvents(trx, order.planned.orderRef, 'note');
  const key = `note/${order.planned.orderRef}/${n + 1}`;
  await appendEvent(trx, { ...ownEvent(order, 'note', at), key, data: note, kept });
}

async function countEvents(trx: Transaction<DB>, orderRef: string, kind: NewEvent['kind']): Promise<number> {
  const { count } = await trx
    .selectFrom('order_events')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('order_ref', '=', orderRef)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  return count;
}

async function newestEvent(trx: Transaction<DB>, orderRef: string): Promise<number> {
  const { newest } = await trx
    .selectFrom('order_events')
    .select((eb) => eb.fn.max('id').as('newest'))
    .where('order_ref', '=', orderRef)
    .executeTakeFirstOrThrow();
  return newest;
}
