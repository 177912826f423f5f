import { type Kysely, sql } from 'kysely';
import type { ListedOrder, OrderFilter, OrderListing } from '../../src/ports/order-listing.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid, uuidsThatBegin } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { tradableOf } from './journal-orders.ts';

const MAX_LISTED = 10_000;

/** Binds the listing of all accounts' orders to a database. */
export function createOrderListing(db: Kysely<DB>): OrderListing {
  return withTranslatedErrors<OrderListing>({ listOrders: (filter) => listOrders(db, filter) });
}

async function listOrders(db: Kysely<DB>, filter: OrderFilter): Promise<readonly ListedOrder[]> {
  const { accountId, ticketId, states, symbol, idPrefix, limit = MAX_LISTED } = filter;
  if (![accountId, ticketId].every((id) => id === undefined || isUuid(id))) return [];
  if (states?.length === 0) return [];
  let query = db
    .selectFrom('orders as o')
    .innerJoin('tickets as t', 't.id', 'o.ticket_id')
    .select(['o.id as orderId', 'o.ticket_id as ticketId', 'o.account_id as accountId', 'o.task_id as taskId'])
    .select(['o.order_ref as orderRef', 'o.role', 'o.parent_ref as parentRef', 'o.tradable', 'o.ticker', 'o.side'])
    .select(['o.quantity', 'o.order_type as type', 'o.time_in_force as timeInForce', 'o.limit_price as limitPrice'])
    .select(['o.stop_price as stopPrice', 'o.trail_amount as trailAmount', 'o.trail_percent as trailPercent'])
    .select(['o.state', 'o.state_reason as stateReason', 'o.filled_quantity as filledQuantity'])
    .select(['o.average_fill_price as averageFillPrice', 'o.broker_order_id as brokerOrderId'])
    .select(['o.market_date as marketDate', 'o.created_at as createdAt', 'o.updated_at as updatedAt']);
  if (accountId !== undefined) query = query.where('o.account_id', '=', accountId);
  if (ticketId !== undefined) query = query.where('o.ticket_id', '=', ticketId);
  if (states !== undefined) query = query.where('o.state', 'in', states);
  if (symbol !== undefined) query = query.where(sql<boolean>`coalesce(o.tradable ->> 'symbol', o.ticker) = ${symbol}`);
  if (idPrefix !== undefined) {
    const ids = uuidsThatBegin(idPrefix);
    if (ids === null) return [];
    query = query.where((eb) =>
      eb.or([eb.between('o.id', ids.first, ids.last), eb.between('o.ticket_id', ids.first, ids.last)]),
    );
  }
  const rows = await query
    .orderBy('t.journaled_at', 'desc')
    .orderBy('o.ticket_id')
    .orderBy('o.position')
    .limit(Math.max(0, Math.min(limit, MAX_LISTED)))
    .execute();
  return rows.map(({ ticker, tradable, ...order }) => ({ ...order, tradable: tradableOf({ tradable, ticker }) }));
}
