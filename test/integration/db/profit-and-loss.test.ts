import { describe, expect, test } from '@jest/globals';
import { createPortfolioRepository } from '../../../db/repositories/portfolio.ts';
import { createProfitAndLossBooks } from '../../../db/repositories/profit-and-loss.ts';
import { sumResults } from '../../../src/domain/accounting/profit-and-loss.ts';
import type { ProfitAndLossQuestion } from '../../../src/ports/profit-and-loss.ts';
import { MARKET_DATE, NOON } from './fixtures.ts';
import {
  commissionOf,
  executionOf,
  type JournalBench,
  KO,
  openPaperAccount,
  optionOn,
  submittedOrder,
  trade,
  withJournal,
} from './order-fixtures.ts';
import { expectProfitAndLoss, wholeOf } from './profit-and-loss-fixtures.ts';

const LATER = new Date('2026-03-05T15:00:00Z');

describe('profit and loss', () => {
  let bench: JournalBench;
  withJournal((one) => {
    bench = one;
  });
  const read = (changes: Partial<ProfitAndLossQuestion> = {}) =>
    createProfitAndLossBooks(bench.database.db).read({ ...wholeOf(bench.accountId), ...changes });
  const sell = async (quantity: string, price: string, execId: string) => {
    const order = { side: 'SELL', quantity, limitPrice: '1' } as const;
    const orderRef = await submittedOrder(bench.journal, bench.accountId, order);
    const facts = { execId, side: 'SELL', quantity, price, at: LATER } as const;
    await bench.journal.record(bench.accountId, [executionOf(orderRef, facts)], LATER);
  };

  test('a closed lot tells when it was opened and closed, what it cost and brought, and its commissions', async () => {
    const { journal, accountId } = bench;
    const bought = await trade(journal, accountId, ['BUY', '10', '60']);
    await journal.record(accountId, [commissionOf(bought.execId, '1')], NOON);
    await trade(journal, accountId, ['BUY', '10', '62']);
    await sell('15', '70', `${accountId}/out`);
    await journal.record(accountId, [commissionOf(`${accountId}/out`, '1.5')], LATER);
    const { closedLots, openLots, results } = await read();
    const days = { openedOn: MARKET_DATE, closedOn: '2026-03-05', instrument: 'KO' };
    expect(closedLots).toMatchObject([
      { ...days, quantity: '10', costUsd: '600', proceedsUsd: '700', commissionUsd: '2' },
      { ...days, quantity: '5', costUsd: '310', proceedsUsd: '350', commissionUsd: '0.5' },
    ]);
    expect(openLots).toMatchObject([{ quantity: '5', costUsd: '310', price: '70', openedOn: MARKET_DATE }]);
    expect(results).toMatchObject([
      { realizedUsd: '140', unrealizedUsd: '40', dividendsUsd: '0', commissionsUsd: '2.5' },
    ]);
    await expectProfitAndLoss(bench.database.db, accountId);
  });

  test('a commission that is told after its lot was closed again is the closed part’s', async () => {
    const { journal, accountId } = bench;
    const bought = await trade(journal, accountId, ['BUY', '10', '60']);
    await sell('4', '70', `${accountId}/out`);
    await journal.record(accountId, [commissionOf(bought.execId, '1')], LATER);
    const { closedLots, openLots } = await read();
    expect([closedLots[0]?.commissionUsd, openLots[0]?.commissionUsd]).toEqual(['0.4', '0.6']);
    await expectProfitAndLoss(bench.database.db, accountId);
  });

  test('is asked for by days and by symbol, the options on a share with it', async () => {
    const { journal, accountId } = bench;
    await trade(journal, accountId, ['BUY', '10', '60']);
    await trade(journal, accountId, ['BUY', '1', '2'], optionOn('60'));
    await sell('10', '70', `${accountId}/out`);
    await trade(journal, accountId, ['BUY', '5', '10'], { kind: 'stock', symbol: 'KOF' });
    const { results, openLots } = await read({ symbol: 'KO' });
    expect(results.map(({ instrument }) => instrument)).toEqual(['KO']);
    expect(openLots.map(({ instrument }) => instrument)).toEqual(['KO 2026-06-19 C 60']);
    const during = async (from: string | null, to: string | null) => {
      const books = await read({ from, to });
      return [sumResults(books.results).realizedUsd, books.closedLots.length];
    };
    expect(await during('2026-03-05', null)).toEqual(['100', 1]);
    expect(await during(null, '2026-03-04')).toEqual(['0', 0]);
    expect(await during('2026-03-05', '2026-03-05')).toEqual(['100', 1]);
  });

  test('accounts are kept apart, and none asked for is none', async () => {
    const other = await openPaperAccount(bench.database.db);
    await trade(bench.journal, bench.accountId, ['BUY', '10', '60']);
    await sell('10', '61', `${bench.accountId}/out`);
    await trade(bench.journal, other.accountId, ['BUY', '10', '60']);
    const { results } = await read({ accountIds: [bench.accountId, other.accountId] });
    expect(results).toMatchObject([{ accountId: bench.accountId, realizedUsd: '10' }]);
    expect(await read({ accountIds: [] })).toEqual({
      ...{ results: [], closedLots: [], openLots: [], actions: [], balances: new Map() },
    });
  });
});

describe('the equity curve of an account of written tickets', () => {
  let bench: JournalBench;
  withJournal((one) => {
    bench = one;
  });

  test('is what the ledger says at the day’s prices; what has no price keeps its mark, and again changes nothing', async () => {
    const { journal, accountId, database } = bench;
    const portfolio = createPortfolioRepository(database.db);
    await trade(journal, accountId, ['BUY', '10', '60']);
    await trade(journal, accountId, ['SELL', '1', '2'], optionOn('60'));
    const valuation = {
      accountId,
      marketDate: '2026-03-03',
      prices: new Map([
        ['KO', '65'],
        ['PEP', '1'],
      ]),
      takenAt: LATER,
    };
    const snapshot = { marketDate: '2026-03-03', cashUsd: '99600', positionsUsd: '450', totalUsd: '100050' };
    expect(await portfolio.value(valuation)).toMatchObject(snapshot);
    expect(await portfolio.value(valuation)).toMatchObject(snapshot);
    await portfolio.value({ ...valuation, marketDate: '2026-03-04', prices: new Map([['KO', '50']]) });
    expect(
      (await portfolio.listSnapshots(accountId)).map(({ marketDate, totalUsd }) => [marketDate, totalUsd]),
    ).toEqual([
      ['2026-03-03', '100050'],
      ['2026-03-04', '99900'],
    ]);
    expect(await portfolio.listPositions(accountId)).toMatchObject([
      { ticker: KO.symbol, marketPrice: '50', marketDate: '2026-03-04' },
      { marketPrice: '2', multiplier: '100' },
    ]);
    await expectProfitAndLoss(database.db, accountId);
  });
});
