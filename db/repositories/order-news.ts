import { type Kysely, sql } from 'kysely';
import type { OrderNews } from '../../src/domain/orders/order-news.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { journaledOrders, newsOf, orderOf } from './journal-orders.ts';

/**
 * Of every order with untold news the newest, oldest first. It tells how the order is now, which includes everything
 * older, so that one telling is enough.
 */
export async function untoldNews(
  db: Kysely<DB>,
  accountId: string,
): Promise<readonly { readonly ticketId: string; readonly news: OrderNews }[]> {
  if (!isUuid(accountId)) return [];
  const newest = db
    .selectFrom('order_events')
    .select(['order_id', (eb) => eb.fn.max('id').as('event_id')])
    .where('account_id', '=', accountId)
    .where('told_at', 'is', null)
    .groupBy('order_id');
  const rows = await journaledOrders(db)
    .innerJoin(newest.as('n'), 'n.order_id', 'o.id')
    .select('n.event_id')
    .orderBy('n.event_id')
    .execute();
  return rows.map((row) => ({ ticketId: row.ticket_id, news: newsOf(orderOf(row), row.event_id) }));
}

/** Marks news as told, and with them what was older of the same orders. */
export async function markTold(db: Kysely<DB>, eventIds: readonly number[]): Promise<void> {
  if (eventIds.length === 0) return;
  await sql`
    update order_events older set told_at = now()
    from order_events told
    where told.id = any(${[...eventIds]}::bigint[])
      and older.order_id = told.order_id and older.id <= told.id and older.told_at is null
  `.execute(db);
}
