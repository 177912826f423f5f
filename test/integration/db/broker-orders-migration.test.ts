import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { migrateToLatest, rollbackOne } from '../../../db/migrator.ts';
import { createOrderJournal } from '../../../db/repositories/order-journal.ts';
import { createPortfolioRepository } from '../../../db/repositories/portfolio.ts';
import { createTradingAccounts } from '../../../db/repositories/trading-accounts.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { fullFill, openTicket } from './fixtures.ts';
import { newTicket, openPaperAccount, singleOf } from './order-fixtures.ts';

describe('the migration of accounts and orders', () => {
  const FIRST = '20261121180000_broker_orders';
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  async function undo(): Promise<void> {
    for (;;) if ((await rollbackOne(database.db)).includes(FIRST)) return;
  }

  test('keeps what research runs have, both ways, and names their accounts', async () => {
    const open = await openTicket(database.db);
    const portfolio = createPortfolioRepository(database.db);
    await portfolio.settle(fullFill(open));
    const { accountId } = open.account;
    const books = async () => [
      await portfolio.listOrders({ accountId }),
      await portfolio.listExecutions({ accountId }),
      await portfolio.listPositions(accountId),
      await portfolio.balances(accountId),
      await createTradingAccounts(database.db).list(),
    ];
    const before = await books();
    await undo();
    await expect(sql`select name from portfolio_accounts`.execute(database.db)).rejects.toThrow(/name/);
    await migrateToLatest(database.db);
    expect(await books()).toEqual(before);
  });

  test('is not undone over the orders and money of trading accounts', async () => {
    const { accountId } = await openPaperAccount(database.db);
    await createOrderJournal(database.db).journalTicket(newTicket(accountId, singleOf()));
    await expect(undo()).rejects.toMatchObject({
      ...{ code: 'DATABASE_SCHEMA_MISMATCH', message: expect.stringContaining('trading accounts') },
    });
    await migrateToLatest(database.db);
    expect(await createTradingAccounts(database.db).list()).toHaveLength(2);
  });
});
