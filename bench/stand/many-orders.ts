import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Stand } from './stand.ts';

export const ORDERS = 100_000;
const ACCOUNTS = 10;

/** Some of what the database was filled with, to be asked for. */
export interface ManyOrders {
  readonly account: string;
  readonly orderId: string;
  readonly ticketId: string;
}

/**
 * Fills the database with years of trading: ten accounts, a ticket and a fill for each of 100,000 orders, four events of
 * each, and what the planner knows of it all. One order in a hundred still works.
 */
export async function fillWithOrders({ service, config }: Stand): Promise<ManyOrders> {
  const { services } = service;
  const accounts = await Promise.all(
    Array.from({ length: ACCOUNTS }, async (_, n) => {
      const account = {
        name: `bench-${n}-${randomUUID().slice(0, 8)}`,
        broker: 'paper',
        priceSource: 'replay',
      } as const;
      return services.accounts.open(
        { ...account, initialBalanceUsd: '100000', openedOn: config.replayStart },
        new Date(),
      );
    }),
  );
  const ids = accounts.map(({ accountId }) => accountId);
  await services.db.transaction().execute(async (trx) => {
    // The feed of changes is for what happens now.
    await sql`set local session_replication_role = replica`.execute(trx);
    await sql`
      create temporary table many on commit drop as
      select n, gen_random_uuid() as ticket_id, gen_random_uuid() as order_id,
        (${ids}::uuid[])[1 + n % ${ACCOUNTS}] as account_id, timestamptz '2020-01-01' + n * interval '10 minutes' as at,
        (array['KO', 'BAC', 'CVX', 'PFE', 'MRK', 'XOM', 'BBY', 'F'])[1 + n % 8] as symbol,
        case when n % 100 = 0 then 'ACCEPTED' else 'FILLED' end as state
      from generate_series(1, ${ORDERS}) n
    `.execute(trx);
    await sql`
      insert into tickets (id, account_id, spec, market_date, journaled_at)
      select ticket_id, account_id, jsonb_build_object('kind', 'single', 'order', jsonb_build_object(
        'tradable', jsonb_build_object('kind', 'stock', 'symbol', symbol), 'side', 'BUY', 'quantity', '10',
        'type', 'LIMIT', 'timeInForce', 'GTC', 'limitPrice', '10')), at::date, at from many
    `.execute(trx);
    await sql`
      insert into orders (id, ticket_id, account_id, order_ref, position, ticker, tradable, side, quantity, order_type,
        time_in_force, limit_price, state, market_date, filled_quantity, average_fill_price, created_at, updated_at)
      select order_id, ticket_id, account_id, ticket_id || '/1', 0, symbol,
        jsonb_build_object('kind', 'stock', 'symbol', symbol), 'BUY', 10, 'LIMIT', 'GTC', 10, state, at::date,
        case when state = 'FILLED' then 10 else 0 end, case when state = 'FILLED' then 10 end, at, at from many
    `.execute(trx);
    await sql`
      insert into executions (exec_id, order_id, ticker, instrument, side, quantity, price, commission_usd, executed_at)
      select 'bench/' || n, order_id, symbol, jsonb_build_object('kind', 'stock', 'symbol', symbol), 'BUY', 10, 10, 1, at
      from many where state = 'FILLED'
    `.execute(trx);
    await sql`
      insert into order_events (account_id, order_id, order_ref, key, kind, outcome, state, data, at, recorded_at, told_at)
      select account_id, order_id, ticket_id || '/1', kind || '/' || n, kind, 'applied', state,
        jsonb_build_object('key', kind || '/' || n, 'quantity', '10'), at, at, at
      from many cross join unnest(array['intent', 'gate', 'submission', 'status']) kind
    `.execute(trx);
  });
  await sql`analyze`.execute(services.db);
  const one = await services.db
    .selectFrom('orders')
    .select(['id', 'ticket_id', 'account_id'])
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  return { orderId: one.id, ticketId: one.ticket_id, account: one.account_id };
}

/** Scans of whole large tables so far, by table. */
export async function sequentialScans({ service }: Stand): Promise<ReadonlyMap<string, number>> {
  // Sessions tell of what they did when they come to rest.
  const { rows } = await sql<{ name: string; scans: string }>`
    select relname as name, seq_scan as scans from pg_stat_user_tables where n_live_tup >= 10000
  `.execute(service.services.db);
  return new Map(rows.map(({ name, scans }) => [name, Number(scans)]));
}
