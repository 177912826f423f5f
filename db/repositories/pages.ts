import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ListedOrder } from '../../src/ports/order-listing.ts';
import type { OrderPageQuestion, Page, Pages, TaskPageQuestion } from '../../src/ports/pages.ts';
import type { ExecutionRecord, TaskRecord } from '../../src/ports/repositories.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid, uuidsThatBegin } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { tradableOf } from './journal-orders.ts';
import { taskRecords } from './tasks.ts';

const EMPTY: Page<never> = { items: [], next: null };

/** Binds the pages of unbounded lists to a database. Every page is a walk along an index, of one account or of all. */
export function createPages(db: Kysely<DB>): Pages {
  return withTranslatedErrors<Pages>({
    orders: (question) => pageOfOrders(db, question),
    tasks: (question) => pageOfTasks(db, question),
    executions: (question) => pageOfExecutions(db, question),
  });
}

type OrderRow = Omit<ListedOrder, 'tradable'> & { ticker: string; tradable: ListedOrder['tradable'] | null };

/** The ids of the page are found along an index first; what else is shown of them is read afterwards. */
async function pageOfOrders(db: Kysely<DB>, question: OrderPageQuestion): Promise<Page<ListedOrder>> {
  const { after, limit, states, ticketId } = question;
  if (ticketId !== undefined && !isUuid(ticketId)) return EMPTY;
  if (states?.length === 0 || question.accountIds?.length === 0) return EMPTY;
  const accountIds = question.accountIds ?? (states === undefined ? null : await allAccountIds(db));
  const conditions = await conditionsOf(db, question);
  if (conditions === null || (after !== null && !isUuid(after))) return EMPTY;
  const ids = accountIds === null ? idsOfAll(conditions, limit + 1) : idsOf(accountIds, states, conditions, limit + 1);
  const { rows } = await sql<OrderRow>`
    select o.id as "orderId", o.ticket_id as "ticketId", o.account_id as "accountId", o.task_id as "taskId",
      o.order_ref as "orderRef", o.role, o.parent_ref as "parentRef", o.tradable, o.ticker, o.side, o.quantity,
      o.order_type as type, o.time_in_force as "timeInForce", o.limit_price as "limitPrice",
      o.stop_price as "stopPrice", o.trail_amount as "trailAmount", o.trail_percent as "trailPercent",
      o.state, o.state_reason as "stateReason", o.filled_quantity as "filledQuantity",
      o.average_fill_price as "averageFillPrice", o.broker_order_id as "brokerOrderId",
      o.market_date as "marketDate", o.created_at as "createdAt", o.updated_at as "updatedAt"
    from (${ids}) page join orders o on o.id = page.id
    order by o.created_at desc, o.id desc`.execute(db);
  const orders = rows.map(({ ticker, tradable, ...order }) => ({
    ...order,
    tradable: tradableOf({ tradable, ticker }),
  }));
  return cut(orders, limit, ({ orderId }) => orderId);
}

/** Of all accounts: along the index of all orders, or of a symbol, a ticket or an id. */
function idsOfAll(conditions: RawBuilder<unknown>, count: number): RawBuilder<unknown> {
  return sql`select o.id from orders o where ${conditions} order by o.created_at desc, o.id desc limit ${count}`;
}

/** Of some accounts and states: the newest of each along its own index, and of these the newest. */
function idsOf(
  accountIds: readonly string[],
  states: readonly string[] | undefined,
  conditions: RawBuilder<unknown>,
  count: number,
): RawBuilder<unknown> {
  const byState = states === undefined ? sql`` : sql`cross join unnest(${[...states]}::text[]) s (state)`;
  const inState = states === undefined ? sql`` : sql`and o.state = s.state`;
  return sql`
    select newest.id from unnest(${[...accountIds]}::uuid[]) a (id) ${byState}
    cross join lateral (
      select o.id, o.created_at from orders o where o.account_id = a.id ${inState} and ${conditions}
      order by o.created_at desc, o.id desc limit ${count}
    ) newest
    order by newest.created_at desc, newest.id desc limit ${count}`;
}

/** Null where nothing can meet them. */
async function conditionsOf(
  db: Kysely<DB>,
  { after, symbol, ticketId, idPrefix }: OrderPageQuestion,
): Promise<RawBuilder<unknown> | null> {
  const all: RawBuilder<unknown>[] = [sql`true`];
  if (after !== null) {
    const createdAt = isUuid(after) ? await timeOf(db, 'orders', after) : null;
    if (createdAt === null) return null;
    all.push(sql`(o.created_at, o.id) < (${createdAt}::text::timestamptz, ${after}::uuid)`);
  }
  if (symbol !== undefined) all.push(sql`coalesce(o.tradable ->> 'symbol', o.ticker) = ${symbol}`);
  if (ticketId !== undefined) all.push(sql`o.ticket_id = ${ticketId}::uuid`);
  if (idPrefix !== undefined) {
    const ids = uuidsThatBegin(idPrefix);
    if (ids === null) return null;
    const [first, last] = [ids.first, ids.last];
    all.push(
      sql`(o.id between ${first}::uuid and ${last}::uuid or o.ticket_id between ${first}::uuid and ${last}::uuid)`,
    );
  }
  return sql.join(all, sql` and `);
}

async function allAccountIds(db: Kysely<DB>): Promise<readonly string[]> {
  const rows = await db.selectFrom('portfolio_accounts').select('id').execute();
  return rows.map(({ id }) => id);
}

/** As text: a JavaScript date would lose the microseconds, and the next page a row. */
async function timeOf(db: Kysely<DB>, table: 'orders' | 'execution_tasks', id: string): Promise<string | null> {
  const row = await db
    .selectFrom(table)
    .select(sql<string>`created_at::text`.as('createdAt'))
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.createdAt ?? null;
}

async function pageOfTasks(db: Kysely<DB>, question: TaskPageQuestion): Promise<Page<TaskRecord>> {
  const { strategyIds, states, provider, requestGroupId, ready, after, limit } = question;
  if (states?.length === 0 || strategyIds?.length === 0) return EMPTY;
  let query = taskRecords(db);
  if (strategyIds !== null) query = query.where('s.id', '=', sql<string>`any(${[...strategyIds]}::uuid[])`);
  if (states !== undefined) query = query.where('t.state', 'in', [...states]);
  if (provider !== undefined) query = query.where('t.provider', '=', provider);
  if (requestGroupId !== undefined) query = query.where('r.request_group_id', '=', requestGroupId);
  if (ready === true) query = query.where('t.state', '=', 'succeeded').where('t.executed_at', 'is', null);
  if (after !== null) {
    const createdAt = isUuid(after) ? await timeOf(db, 'execution_tasks', after) : null;
    if (createdAt === null) return EMPTY;
    query = query.where(sql<boolean>`(t.created_at, t.id) < (${createdAt}::text::timestamptz, ${after}::uuid)`);
  }
  const rows = await query
    .orderBy('t.created_at', 'desc')
    .orderBy('t.id', 'desc')
    .limit(limit + 1)
    .execute();
  return cut(rows, limit, ({ taskId }) => taskId);
}

async function pageOfExecutions(
  db: Kysely<DB>,
  { accountId, after, limit }: Parameters<Pages['executions']>[0],
): Promise<Page<ExecutionRecord>> {
  if (!isUuid(accountId)) return EMPTY;
  let query = db
    .selectFrom('executions as e')
    .innerJoin('orders as o', 'o.id', 'e.order_id')
    .select(['e.exec_id as execId', 'o.id as orderId', 'e.ticker', 'e.side', 'e.quantity', 'e.price'])
    .select(['e.commission_usd as commissionUsd', 'e.executed_at as executedAt'])
    .where('o.account_id', '=', accountId);
  if (after !== null) {
    const last = sql`(select l.executed_at, l.exec_id from executions l where l.exec_id = ${after} limit 1)`;
    query = query.where(sql<boolean>`(e.executed_at, e.exec_id) < ${last}`);
  }
  const rows = await query
    .orderBy('e.executed_at', 'desc')
    .orderBy('e.exec_id', 'desc')
    .limit(limit + 1)
    .execute();
  return cut(rows, limit, ({ execId }) => execId);
}

/** One row more than asked for says that there is a next page. */
function cut<Item>(rows: readonly Item[], limit: number, idOf: (item: Item) => string): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last !== undefined && rows.length > limit ? idOf(last) : null };
}
