import { type Kysely, sql, type Transaction } from 'kysely';
import type { PlannedOrder } from '../../src/domain/orders/order.ts';
import type { OrderState } from '../../src/domain/orders/order-state.ts';
import { EventOutcome, type OrderEventKind, type OrderEventRecord } from '../../src/ports/order-journal.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson, storableText } from '../storable.ts';

/** An event that is about to be journaled. */
export interface NewEvent {
  readonly accountId: string;
  /** Null where it belongs to no order of ours. */
  readonly order: { readonly orderId: string; readonly planned: Pick<PlannedOrder, 'orderRef'> } | null;
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
  const values = events.map(eventRow).map((row) => ({ ...row, data: storableJson(row.data) }));
  const rows = await trx.insertInto('order_events').values(values).returning('id').execute();
  return rows.map(({ id }) => id);
}

export async function appendEvent(trx: Transaction<DB>, event: NewEvent): Promise<number> {
  const [id] = await appendEvents(trx, [event]);
  if (id === undefined) throw new Error('an event that was inserted has a number');
  return id;
}

/** The columns of an event; its number is the database's to give. */
export function eventRow(event: NewEvent) {
  return {
    account_id: event.accountId,
    order_id: event.order?.orderId ?? null,
    order_ref: event.order?.planned.orderRef ?? null,
    key: storableText(event.key),
    kind: event.kind,
    outcome: event.kept?.outcome ?? EventOutcome.applied,
    problem: event.kept === null ? null : storableText(event.kept.problem),
    state: event.state,
    data: event.data,
    at: event.at,
    recorded_at: event.recordedAt,
    told_at: event.isNews ? null : event.recordedAt,
  };
}

/** Which of these keys the account has journaled. */
export async function journaledKeys(
  trx: Transaction<DB>,
  accountId: string,
  keys: readonly string[],
): Promise<readonly string[]> {
  const wanted = new Map(keys.map((key) => [storableText(key), key]));
  const rows = await trx
    .selectFrom('order_events')
    .select('key')
    .where('account_id', '=', accountId)
    .where(sql<boolean>`key = any(${[...wanted.keys()]}::text[])`)
    .execute();
  return rows.map((row) => wanted.get(row.key) ?? row.key);
}

/** Events as rows of the port's shape. */
export function eventRecords(db: Kysely<DB>) {
  return db
    .selectFrom('order_events')
    .select(['id as eventId', 'account_id as accountId', 'order_ref as orderRef', 'kind', 'outcome', 'problem'])
    .select(['state', 'data', 'at', 'recorded_at as recordedAt']);
}

/** An order's events, oldest first. */
export async function timeline(db: Kysely<DB>, orderRef: string): Promise<readonly OrderEventRecord[]> {
  return await eventRecords(db).where('order_ref', '=', storableText(orderRef)).orderBy('id').execute();
}
