import type { Kysely, Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { type DecimalString, dec, sum } from '../../src/domain/money/decimal.ts';
import { cashOf, positionAccount, totalOf } from '../../src/domain/portfolio/ledger.ts';
import type { HeldRecord, PositionRecord, SnapshotRecord } from '../../src/ports/repositories.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { readBalances } from './ledger.ts';

/** What an account holds after a booking. */
export interface Holdings {
  readonly positions: readonly Omit<PositionRecord, 'accountId'>[];
  readonly snapshot: Omit<SnapshotRecord, 'accountId'>;
}

/** Positions of one account or of all, by account and ticker. */
export async function listPositions(db: Kysely<DB>, accountId?: string): Promise<readonly HeldRecord[]> {
  if (accountId !== undefined && !isUuid(accountId)) return [];
  let query = db
    .selectFrom('positions')
    .select(['account_id as accountId', 'ticker', 'quantity', 'cost_usd as costUsd'])
    .select(['market_price as marketPrice', 'market_date as marketDate', 'multiplier']);
  if (accountId !== undefined) query = query.where('account_id', '=', accountId);
  return await query.orderBy('account_id').orderBy('ticker').execute();
}

/** The equity curve, oldest first. */
export async function listSnapshots(db: Kysely<DB>, accountId: string): Promise<readonly SnapshotRecord[]> {
  if (!isUuid(accountId)) return [];
  return await db
    .selectFrom('portfolio_snapshots')
    .select(['account_id as accountId', 'market_date as marketDate', 'cash_usd as cashUsd'])
    .select(['positions_usd as positionsUsd', 'total_usd as totalUsd', 'taken_at as takenAt'])
    .where('account_id', '=', accountId)
    .orderBy('market_date')
    .execute();
}

/**
 * Replaces an account's positions and the day's snapshot after its booking, and proves that they agree with the ledger
 * to the last digit. They are absolute, computed outside the lock: if somebody else booked in between, they are stale,
 * and writing them would lose his position. LEDGER_UNBALANCED then, and nothing is written.
 */
export async function replaceHoldings(trx: Transaction<DB>, accountId: string, holdings: Holdings): Promise<void> {
  assertAgreement(await readBalances(trx, accountId), holdings, accountId);
  await trx.deleteFrom('positions').where('account_id', '=', accountId).execute();
  if (holdings.positions.length > 0) {
    await trx
      .insertInto('positions')
      .values(
        holdings.positions.map((one) => ({
          account_id: accountId,
          ticker: one.ticker,
          quantity: one.quantity,
          cost_usd: one.costUsd,
          market_price: one.marketPrice,
          market_date: one.marketDate,
        })),
      )
      .execute();
  }
  await keepSnapshot(trx, accountId, holdings.snapshot);
}

/** Keeps a day's snapshot; the day's last one counts. */
export async function keepSnapshot(
  trx: Transaction<DB>,
  accountId: string,
  { marketDate, cashUsd, positionsUsd, totalUsd, takenAt }: Omit<SnapshotRecord, 'accountId'>,
): Promise<void> {
  const values = { cash_usd: cashUsd, positions_usd: positionsUsd, total_usd: totalUsd, taken_at: takenAt };
  await trx
    .insertInto('portfolio_snapshots')
    .values({ account_id: accountId, market_date: marketDate, ...values })
    .onConflict((conflict) => conflict.columns(['account_id', 'market_date']).doUpdateSet(values))
    .execute();
}

function assertAgreement(balances: ReadonlyMap<string, DecimalString>, holdings: Holdings, accountId: string): void {
  const { positions, snapshot } = holdings;
  const costs = new Map(positions.map((one) => [positionAccount(one.ticker), one.costUsd]));
  const carried = [...balances.keys()].filter((account) => account.startsWith(positionAccount('')));
  const marketValue = sum(positions.map((one) => dec(one.quantity).times(one.marketPrice)));
  const comparisons: [string, DecimalString, DecimalString][] = [
    ['cash', cashOf(balances), snapshot.cashUsd],
    ...[...new Set([...costs.keys(), ...carried])].map((account): [string, DecimalString, DecimalString] => [
      account,
      balances.get(account) ?? '0',
      costs.get(account) ?? '0',
    ]),
    ['positions at market value', marketValue.toFixed(), snapshot.positionsUsd],
    ['total', totalOf(balances), snapshot.totalUsd],
  ];
  const different = comparisons.find(([, booked, given]) => !dec(booked).equals(given));
  if (different === undefined) return;
  const [what, booked, given] = different;
  throw new FoliosError(
    'LEDGER_UNBALANCED',
    `account ${accountId}: ${what} would be ${given} USD beside ${booked} USD in the ledger; nothing was written`,
    { accountId, what, ledger: booked, given },
  );
}
