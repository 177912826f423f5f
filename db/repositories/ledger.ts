import { type Kysely, sql, type Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { type DecimalString, dec } from '../../src/domain/money/decimal.ts';
import { assertBalanced } from '../../src/domain/portfolio/ledger.ts';
import type { JournalTransaction } from '../../src/ports/repositories.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';

/**
 * Books transactions of one account; one whose id is booked already is passed over. Checked here and again by the
 * database at commit. LEDGER_UNBALANCED names the first that does not balance, has no entries or is another account's.
 */
export async function bookTransactions(
  trx: Transaction<DB>,
  accountId: string,
  transactions: readonly JournalTransaction[],
): Promise<void> {
  for (const transaction of transactions) assertBookable(transaction, accountId);
  if (transactions.length === 0) return;
  const rows = transactions.map((one) => ({
    id: one.transactionId,
    account_id: accountId,
    market_date: one.marketDate,
    memo: storableText(one.memo),
    execution_id: one.executionId ?? null,
    entry_count: one.entries.length,
  }));
  const entries = transactions.flatMap(({ transactionId, entries: all }) =>
    all.map(({ ledgerAccount, amountUsd }, position) => ({
      transaction_id: transactionId,
      position,
      ledger_account: ledgerAccount,
      amount_usd: amountUsd,
    })),
  );
  // In one statement. The types of what comes as JSON are the tables' own; amounts are text in it, and stay exact.
  await sql`
    with fresh as (
      insert into ledger_transactions (id, account_id, market_date, memo, execution_id, entry_count)
      select id, account_id, market_date, memo, execution_id, entry_count
      from jsonb_populate_recordset(null::ledger_transactions, ${JSON.stringify(rows)}::jsonb)
      on conflict (id) do nothing
      returning id
    )
    insert into ledger_entries (transaction_id, position, ledger_account, amount_usd)
    select e.transaction_id, e.position, e.ledger_account, e.amount_usd
    from jsonb_populate_recordset(null::ledger_entries, ${JSON.stringify(entries)}::jsonb) e
    join fresh on fresh.id = e.transaction_id
  `.execute(trx);
}

function assertBookable({ transactionId, entries, accountId: owner }: JournalTransaction, accountId: string): void {
  const refuse = (reason: string) =>
    new FoliosError('LEDGER_UNBALANCED', `${transactionId}: ${reason}`, { transactionId });
  if (owner !== accountId) throw refuse(`it belongs to account ${owner}, not ${accountId}`);
  if (entries.length === 0) throw refuse('it has no entries');
  try {
    assertBalanced(entries);
  } catch (error) {
    throw refuse((error as Error).message);
  }
}

/** Signed sums per ledger account of one portfolio account, in US dollars; those at zero are left out. */
export async function readBalances(db: Kysely<DB>, accountId: string): Promise<ReadonlyMap<string, DecimalString>> {
  if (!isUuid(accountId)) return new Map();
  const rows = await db
    .selectFrom('ledger_entries as e')
    .innerJoin('ledger_transactions as t', 't.id', 'e.transaction_id')
    .select('e.ledger_account')
    .select((eb) => eb.fn.sum<string>('e.amount_usd').as('balance'))
    .where('t.account_id', '=', accountId)
    .groupBy('e.ledger_account')
    .orderBy('e.ledger_account')
    .execute();
  return new Map(rows.filter((row) => !dec(row.balance).isZero()).map((row) => [row.ledger_account, row.balance]));
}

/** Balances that are not the sum of their account's entries, as `account ledger account`; none unless something is broken. */
export async function listWrongBalances(db: Kysely<DB>): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    with summed as (
      select t.account_id, e.ledger_account, sum(e.amount_usd) as balance_usd
      from ledger_entries e join ledger_transactions t on t.id = e.transaction_id
      group by t.account_id, e.ledger_account
    )
    select account_id || ' ' || ledger_account as name
    from summed full join ledger_balances kept using (account_id, ledger_account)
    where summed.balance_usd is distinct from kept.balance_usd
    order by name
  `.execute(db);
  return rows.map(({ name }) => name);
}

/** Ids of transactions whose entries do not sum to zero or are not all there, over all accounts. */
export async function listUnbalanced(db: Kysely<DB>): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('ledger_transactions as t')
    .leftJoin('ledger_entries as e', 'e.transaction_id', 't.id')
    .select('t.id')
    .groupBy('t.id')
    .having(sql<boolean>`coalesce(sum(e.amount_usd), 0) <> 0 or count(e.position) <> t.entry_count`)
    .orderBy('t.id')
    .execute();
  return rows.map(({ id }) => id);
}
