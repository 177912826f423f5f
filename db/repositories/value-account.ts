import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import { revaluationEntries, revaluationOf } from '../../src/domain/accounting/execution-entries.ts';
import { cashOf, positionsOf, totalOf } from '../../src/domain/portfolio/ledger.ts';
import type { AccountValuation, SnapshotRecord } from '../../src/ports/repositories.ts';
import type { DB } from '../schema.gen.ts';
import { lockAccount } from './accounts.ts';
import { keepSnapshot } from './holdings.ts';
import { bookTransactions, readBalances } from './ledger.ts';

/**
 * Marks positions at new prices and keeps the day's snapshot as the ledger then has it, with the account locked: what is
 * booked by others meanwhile is before it or after it. TICKET_CONFLICT if there is no such account.
 */
export async function valueAccount(trx: Transaction<DB>, valuation: AccountValuation): Promise<SnapshotRecord> {
  const { accountId, marketDate, prices, takenAt } = valuation;
  await lockAccount(trx, accountId);
  const held = await trx
    .selectFrom('positions')
    .select(['ticker', 'quantity', 'cost_usd as costUsd', 'market_price as marked', 'multiplier'])
    .where('account_id', '=', accountId)
    .orderBy('ticker')
    .execute();
  for (const { ticker, marked, ...position } of held) {
    const price = prices.get(ticker);
    if (price === undefined) continue;
    const entries = revaluationEntries(ticker, { ...position, price }, revaluationOf({ ...position, price: marked }));
    if (entries.length > 0) {
      const transaction = {
        transactionId: randomUUID(),
        accountId,
        marketDate,
        memo: `mark ${ticker} at ${price}`,
        entries,
      };
      await bookTransactions(trx, accountId, [transaction]);
    }
    await trx
      .updateTable('positions')
      .set({ market_price: price, market_date: marketDate })
      .where('account_id', '=', accountId)
      .where('ticker', '=', ticker)
      .execute();
  }
  const balances = await readBalances(trx, accountId);
  const amounts = { cashUsd: cashOf(balances), positionsUsd: positionsOf(balances), totalUsd: totalOf(balances) };
  const snapshot = { marketDate, ...amounts, takenAt };
  await keepSnapshot(trx, accountId, snapshot);
  return { accountId, ...snapshot };
}
