import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import { Pool } from 'pg';
import { createChangeFeed } from '../../../db/repositories/change-feed.ts';
import { createPages } from '../../../db/repositories/pages.ts';
import { createTradingAccounts } from '../../../db/repositories/trading-accounts.ts';
import type { DB } from '../../../db/schema.gen.ts';
import type { OrderPageQuestion, Pages } from '../../../src/ports/pages.ts';
import { createTestDatabase, type TestDatabase } from '../../integration/postgres.ts';

const ORDERS = 30_000;

describe('pages of orders', () => {
  let database: TestDatabase;
  let pages: Pages;
  const accounts: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    const { db } = database;
    for (const name of ['one', 'two', 'three']) {
      const account = await createTradingAccounts(db).open(
        { name, broker: 'paper', priceSource: 'replay', initialBalanceUsd: '1000', openedOn: '2018-01-02' },
        new Date(),
      );
      accounts.push(account.accountId);
    }
    await sql`
      insert into tickets (id, account_id, spec, market_date)
      select gen_random_uuid(), a.id, '{"kind":"single"}', '2018-01-02' from unnest(${accounts}::uuid[]) a (id);
    `.execute(db);
    // Several orders of one moment, so that the id has to decide; one state that is rare.
    await sql`
      insert into orders (id, ticket_id, account_id, order_ref, position, ticker, side, quantity, state, reference_price,
        market_date, filled_quantity, created_at, updated_at, tradable)
      select gen_random_uuid(), t.id, t.account_id, t.id || '/' || n, (n % 30000)::smallint, 'S' || n % 50, 'BUY', 1,
        case when n % 5000 = 0 then 'UNKNOWN' else 'EXPIRED' end, 10, '2018-01-02', 0,
        timestamptz '2026-01-01' + (n / 7) * interval '1.000001 seconds', now(),
        jsonb_build_object('kind', 'stock', 'symbol', 'S' || n % 50)
      from generate_series(1, ${ORDERS}) n
      join lateral (select * from tickets order by id offset n % 3 limit 1) t on true
    `.execute(db);
    await sql`analyze orders`.execute(db);
    pages = createPages(db);
  });
  afterAll(() => database.drop());

  async function readAll(question: Omit<OrderPageQuestion, 'after' | 'limit'>, limit: number): Promise<string[]> {
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<Pages['orders']>> = await pages.orders({ ...question, after, limit });
      ids.push(...page.items.map(({ orderId }) => orderId));
      after = page.next;
    } while (after !== null);
    return ids;
  }

  async function expected(where: ReturnType<typeof sql>): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select id from orders where ${where} order by created_at desc, id desc`.execute(database.db);
    return rows.map(({ id }) => id);
  }

  test('together are the whole list, in its order, each order once, also where many have one moment', async () => {
    expect(await readAll({ accountIds: null }, 499)).toEqual(await expected(sql`true`));
    const two = accounts.slice(0, 2);
    expect(await readAll({ accountIds: two }, 500)).toEqual(await expected(sql`account_id = any(${two}::uuid[])`));
    const rare = { accountIds: null, states: ['UNKNOWN'] } as const;
    expect(await readAll(rare, 1)).toEqual(await expected(sql`state = 'UNKNOWN'`));
    const ofSymbol = { accountIds: [accounts[2] ?? ''], symbol: 'S7' };
    expect(await readAll(ofSymbol, 50)).toEqual(
      await expected(sql`account_id = ${accounts[2] ?? ''}::uuid and ticker = 'S7'`),
    );
  });

  test('answer empty to what is no id, and to nobody’s accounts', async () => {
    for (const question of [
      { accountIds: [] },
      { accountIds: null, ticketId: 'x' },
      { accountIds: null, states: [] },
    ]) {
      expect(await pages.orders({ ...question, after: null, limit: 5 })).toEqual({ items: [], next: null });
    }
    const forged = { accountIds: null, after: '0198c0de-0000-4000-8000-000000000001', limit: 5 };
    expect((await pages.orders(forged)).items).toEqual([]);
  });

  test('walk along an index, never over the whole table', async () => {
    const [account = ''] = accounts;
    const middle = (await expected(sql`true`))[ORDERS / 2] ?? '';
    const questions: Omit<OrderPageQuestion, 'limit'>[] = [
      { accountIds: null, after: null },
      { accountIds: null, after: middle },
      { accountIds: accounts, after: middle },
      { accountIds: [account], after: middle },
      { accountIds: [account], states: ['UNKNOWN'], after: null },
      { accountIds: null, states: ['UNKNOWN', 'EXPIRED'], after: middle },
      { accountIds: null, symbol: 'S7', after: middle },
      { accountIds: null, idPrefix: middle.slice(0, 13), after: null },
    ];
    for (const question of questions) {
      const plan = await planOf(question);
      expect(plan).toContain('Index');
      expect(plan).not.toMatch(/Seq Scan on orders/);
    }
  });

  /** What PostgreSQL does for the page's own statement. */
  async function planOf(question: Omit<OrderPageQuestion, 'limit'>): Promise<string> {
    const asked: CompiledQuery[] = [];
    const pool = new Pool({ connectionString: database.url, max: 1 });
    const watched = new Kysely<DB>({
      dialect: new PostgresDialect({ pool }),
      log: ({ query }) => void asked.push(query as CompiledQuery),
    });
    try {
      await createPages(watched).orders({ ...question, limit: 50 });
      const page = asked.find(({ sql: text }) => text.includes('page join orders'));
      const { rows } = await pool.query(`explain ${page?.sql}`, [...(page?.parameters ?? [])]);
      return rows.map((row) => String(Object.values(row)[0])).join('\n');
    } finally {
      await watched.destroy();
    }
  }

  test('changes that commit late are not passed over', async () => {
    const feed = createChangeFeed(database.db);
    const start = await feed.head();
    const order = (await expected(sql`true`)).slice(0, 2);
    const touch = (id: string | undefined) => sql`update orders set quantity = quantity + 1 where id = ${id}::uuid`;
    await database.db.transaction().execute(async (older) => {
      await touch(order[0]).execute(older);
      // A younger transaction commits first: its change may not be told before the older one's.
      await touch(order[1]).execute(database.db);
      expect(await feed.after(start, 10)).toEqual([]);
    });
    const told = await feed.after(start, 10);
    expect(told.map(({ data }) => data.orderId)).toEqual([order[0], order[1]]);
    expect(await feed.after(told[0]?.id ?? '', 10)).toHaveLength(1);
    expect(await feed.reaches(start)).toBe(true);
    await feed.forgetBefore(new Date(Date.now() + 1000));
    await touch(order[0]).execute(database.db);
    expect(await feed.reaches('1-1')).toBe(false);
  });
});
