import type { Kysely, Transaction } from 'kysely';
import type { OrderState } from '../../src/domain/orders/order-state.ts';
import { EventOutcome, type OrderEventKind, type OrderEventRecord } from '../../src/ports/order-journal.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson, storableText } from '../storable.ts';
import type { JournaledOrder } from './journal-orders.ts';

const MAX_LISTED = 10_000;

/** An event that is about to be journaled. */
export interface NewEvent {
  readonly accountId: string;
  /** Null where it belongs to no order of ours. */
  readonly order: Pick<JournaledOrder, 'orderId' | 'planned'> | null;
  /** Unique within the account. Those of our own begin with their kind. */
  readonly key: string;
  readonly kind: OrderEventKind;
  /** Why it changed nothing; null where it was applied. */
  readonly kept: { readonly outcome: 'refused' | 'unmatched'; readonly problem: string } | null;
  /** The order's state afterwards; null where it has none. */
  readonly state: OrderState | null;
  readonly data: object;
  readonly at: Date;
  readonly recordedAt: Date;
  /** Whether the order's ticket is still to be told. */
  readonly isNews: boolean;
}

/** Journals events in their order; returns their numbers. */
export async function appendEvents(trx: Transaction<DB>, events: readonly NewEvent[]): Promise<readonly number[]> {
  if (events.length === 0) return [];
  const rows = await trx.insertInto('order_events').values(events.map(rowOf)).returning('id').execute();
  return rows.map(({ id }) => id);
}

export async function appendEvent(trx: Transaction<DB>, event: NewEvent): Promise<number> {
  const row = await trx.insertInto('order_events').values(rowOf(event)).returning('id').executeTakeFirstOrThrow();
  return row.id;
}

function rowOf(event: NewEvent) {
  return {
    account_id: event.accountId,
    order_id: event.order?.orderId ?? null,
    order_ref: event.order?.planned.orderRef ?? null,
    key: storableText(event.key),
    kind: event.kind,
    outcome: event.kept?.outcome ?? EventOutcome.applied,
    problem: event.kept === null ? null : storableText(event.kept.problem),
    state: event.state,
    data: storableJson(event.data),
    at: event.at,
    recorded_at: event.recordedAt,
    told_at: event.isNews ? null : event.recordedAt,
  };
}

/** Whether the account has journaled an event with this key. */
export async function isJournaled(trx: Transaction<DB>, accountId: string, key: string): Promise<boolean> {
  const found = await trx
    .selectFrom('order_events')
    .select('id')
    .where('account_id', '=', accountId)
    .where('key', '=', storableText(key))
    .executeTakeFirst();
  return found !== undefined;
}

function records(db: Kysely<DB>) {
  return db
    .selectFrom('order_events')
    .select(['id as eventId', 'account_id as accountId', 'order_ref as orderRef', 'kind', 'outcome', 'problem'])
    .select(['state', 'data', 'at', 'recorded_at as recordedAt']);
}

/** An order's events, oldest first. */
export async function timeline(db: Kysely<DB>, orderRef: string): Promise<readonly OrderEventRecord[]> {
  return await records(db).where('order_ref', '=', storableText(orderRef)).orderBy('id').execute();
}

/** Events that were refused or belong to no order, newest first; of all accounts where none is named. */
export async function listKept(
  db: Kysely<DB>,
  accountId: string | null,
  limit: number,
): Promise<readonly OrderEventRecord[]> {
  if (accountId !== null && !isUuid(accountId)) return [];
  let query = records(db).where('outcome', '<>', EventOutcome.applied);
  if (accountId !== null) query = query.where('account_id', '=', accountId);
  return await query
    .orderBy('id', 'desc')
    .limit(Math.max(0, Math.min(limit, MAX_LISTED)))
    .execute();
}
