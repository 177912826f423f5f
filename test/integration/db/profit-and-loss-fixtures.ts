import { expect } from '@jest/globals';
import type { Kysely } from 'kysely';
import { readBalances } from '../../../db/repositories/ledger.ts';
import { createProfitAndLossBooks } from '../../../db/repositories/profit-and-loss.ts';
import type { DB } from '../../../db/schema.gen.ts';
import { disagreements, realizedOf, sumResults, totalResult } from '../../../src/domain/accounting/profit-and-loss.ts';
import { dec, sum } from '../../../src/domain/money/decimal.ts';
import { totalOf } from '../../../src/domain/portfolio/ledger.ts';
import type { ProfitAndLossQuestion } from '../../../src/ports/profit-and-loss.ts';

export const wholeOf = (accountId: string): ProfitAndLossQuestion => ({
  ...{ accountIds: [accountId], symbol: null, from: null, to: null },
});

/**
 * Proves that profit and loss is the ledger's, to the last digit: results, closed lots and open lots each come to the
 * ledger's sums, and all of it to what cash and positions have become more than was paid in.
 */
export async function expectProfitAndLoss(db: Kysely<DB>, accountId: string): Promise<void> {
  const { results, closedLots, openLots } = await createProfitAndLossBooks(db).read(wholeOf(accountId));
  const balances = await readBalances(db, accountId);
  const of = (account: string) => dec(balances.get(account) ?? '0');
  const result = sumResults(results);
  expect(results.filter(({ instrument }) => instrument === '')).toEqual([]);
  expect(disagreements(result, balances, openLots)).toEqual([]);
  expect({
    closed: sum(closedLots.map((lot) => dec(realizedOf(lot)))).toFixed(),
    commissions: sum([...closedLots, ...openLots].map((lot) => dec(lot.commissionUsd))).toFixed(),
    total: totalResult(result),
  }).toEqual({
    closed: of('realized-pnl').negated().plus(0).toFixed(),
    commissions: of('commission').toFixed(),
    total: dec(totalOf(balances)).plus(of('capital')).toFixed(),
  });
}
