import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type RawBuilder, sql } from 'kysely';
import { translatingErrors } from '../../../db/database-error.ts';
import { createPortfolioRepository } from '../../../db/repositories/portfolio.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { fullFill, MARKET_DATE, openTicket } from './fixtures.ts';

/** Whoever writes, also by hand in psql: these are promises of the database itself. */
describe('ledger in the database', () => {
  let database: TestDatabase;
  let accountId: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    const open = await openTicket(database.db);
    await createPortfolioRepository(database.db).settle(fullFill(open));
    accountId = open.account.accountId;
  });
  afterAll(() => database.drop());

  const everything = async () => [
    await database.db.selectFrom('ledger_transactions').selectAll().orderBy('id').execute(),
    await database.db.selectFrom('ledger_entries').selectAll().orderBy('transaction_id').orderBy('position').execute(),
  ];
  let before: unknown;
  beforeEach(async () => {
    before = await everything();
  });

  async function expectRefused(code: string, ...statements: RawBuilder<unknown>[]): Promise<void> {
    const writing = translatingErrors(() =>
      database.db.transaction().execute(async (trx) => {
        for (const statement of statements) await statement.execute(trx);
      }),
    );
    await expect(writing).rejects.toMatchObject({ code });
    expect(await everything()).toEqual(before);
  }

  const transaction = (id: string, entryCount: number) => sql`
    insert into ledger_transactions (id, account_id, market_date, memo, entry_count)
    values (${id}, ${accountId}, ${MARKET_DATE}, 'by hand', ${entryCount})`;
  const entry = (id: string, position: number, account: string, amount: string) => sql`
    insert into ledger_entries values (${id}, ${position}, ${account}, ${amount})`;

  test.each([
    'update ledger_entries set amount_usd = amount_usd',
    'update ledger_transactions set memo = memo',
    'delete from ledger_entries',
    'delete from ledger_transactions',
    'truncate ledger_entries',
    'truncate ledger_transactions, ledger_entries cascade',
  ])('%s is refused', async (statement) => {
    await expectRefused('LEDGER_UNBALANCED', sql.raw(statement));
  });

  test('entries that do not sum to zero are refused at commit', async () => {
    const id = randomUUID();
    await expectRefused(
      'LEDGER_UNBALANCED',
      transaction(id, 2),
      entry(id, 0, 'cash', '1'),
      entry(id, 1, 'capital', '-1.00000001'),
    );
  });

  test('a transaction without its entries is refused', async () => {
    await expectRefused('LEDGER_UNBALANCED', transaction(randomUUID(), 2));
  });

  test('a booked transaction takes no further entries, even balanced ones', async () => {
    const deposit = `deposit/${accountId}`;
    await expectRefused('LEDGER_UNBALANCED', entry(deposit, 2, 'cash', '5'), entry(deposit, 3, 'capital', '-5'));
  });

  test.each(['NaN', 'Infinity', '1e16'])('an amount of %s is refused', async (amount) => {
    const id = randomUUID();
    await expectRefused('INTERNAL', transaction(id, 2), entry(id, 0, 'cash', amount), entry(id, 1, 'capital', amount));
  });

  test('a balanced transaction is taken', async () => {
    const id = randomUUID();
    await database.db.transaction().execute(async (trx) => {
      await transaction(id, 2).execute(trx);
      await entry(id, 0, 'cash', '5').execute(trx);
      await entry(id, 1, 'capital', '-5').execute(trx);
    });
    expect(await createPortfolioRepository(database.db).listUnbalanced()).toEqual([]);
  });
});
