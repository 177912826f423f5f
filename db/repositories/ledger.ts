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
  const booked = await trx
    .insertInto('ledger_transactions')
    .values(
      transactions.map((one) => ({
        id: one.transactionId,
        account_id: accountId,
        market_date: one.marketDate,
        memo: storableText(one.memo),
        execution_id: one.executionId ?? null,
        entry_count: one.entries.length,
      })),
    )
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .execute();
  const fresh = new Set(booked.map(({ id }) => id));
  const entries = transactions
    .filter(({ transactionId }) => fresh.has(transactionId))
    .flatMap(({ transactionId, entries }) =>
      entries.map(({ ledgerAccount, amountUsd }, position) => ({
        transaction_id: transactionId,
        position,
        ledger_account: ledgerAccount,
        amount_usd: amountUsd,
      })),
    );
  if (entries.length > 0) await trx.insertInto('ledger_entries').values(entries).execute();
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
