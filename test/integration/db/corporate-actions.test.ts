import { describe, expect, test } from '@jest/globals';
import { createCorporateActionBooks } from '../../../db/repositories/corporate-actions.ts';
import { createPortfolioRepository } from '../../../db/repositories/portfolio.ts';
import { createProfitAndLossBooks } from '../../../db/repositories/profit-and-loss.ts';
import type { CorporateAction, DueAction } from '../../../src/domain/accounting/corporate-actions.ts';
import { disagreements, sumResults } from '../../../src/domain/accounting/profit-and-loss.ts';
import { fullFill, MARKET_DATE, NOON, openTicket } from './fixtures.ts';
import { booksOf, commissionOf, type JournalBench, optionOn, trade, withJournal } from './order-fixtures.ts';
import { expectProfitAndLoss, wholeOf } from './profit-and-loss-fixtures.ts';

const EX_DATE = '2026-03-04';
const due = (action: CorporateAction, priceUsd = '31'): DueAction => ({ symbol: 'KO', action, priceUsd });
const split = (to: number, from: number, exDate = EX_DATE) => due({ kind: 'split', exDate, ratio: { to, from } });
const dividend = (perShareUsd: string, exDate = EX_DATE) => due({ kind: 'dividend', exDate, perShareUsd });

describe('splits and dividends in the books of an account', () => {
  let bench: JournalBench;
  withJournal((one) => {
    bench = one;
  });
  const apply = (actions: readonly DueAction[], through = EX_DATE, symbols = ['KO']) =>
    createCorporateActionBooks(bench.database.db).apply(bench.accountId, { symbols, actions, through, at: NOON });
  const balances = async () =>
    Object.fromEntries(await createPortfolioRepository(bench.database.db).balances(bench.accountId));

  test('a split scales lots and position and moves nothing but the mark', async () => {
    await trade(bench.journal, bench.accountId, ['BUY', '10', '60']);
    await trade(bench.journal, bench.accountId, ['BUY', '5', '62']);
    expect(await apply([split(2, 1)])).toMatchObject([{ symbol: 'KO', quantity: '15', cashUsd: '0' }]);
    const { lots, positions } = await booksOf(bench.database.db, bench.accountId);
    expect(lots.map(({ quantity, cost_usd }) => [quantity, cost_usd])).toEqual([
      ['20', '600'],
      ['10', '310'],
    ]);
    expect(positions).toMatchObject([{ quantity: '30', cost_usd: '910', market_price: '31', market_date: EX_DATE }]);
    expect(await balances()).toMatchObject({ cash: '99090', 'position:KO': '910', 'revaluation:KO': '20' });
    await expectProfitAndLoss(bench.database.db, bench.accountId);
  });

  test('a reverse split cashes the fraction out of the oldest lot, as a closed lot of its own', async () => {
    const bought = await trade(bench.journal, bench.accountId, ['BUY', '7', '10']);
    await bench.journal.record(bench.accountId, [commissionOf(bought.execId, '0.7')], NOON);
    expect(await apply([split(1, 2)])).toMatchObject([{ cashUsd: '15.5' }]);
    const { closedLots } = await createProfitAndLossBooks(bench.database.db).read(wholeOf(bench.accountId));
    expect(closedLots).toMatchObject([
      {
        openedOn: MARKET_DATE,
        closedOn: EX_DATE,
        quantity: '0.5',
        costUsd: '10',
        proceedsUsd: '15.5',
        commissionUsd: '0.1',
      },
    ]);
    await expectProfitAndLoss(bench.database.db, bench.accountId);
  });

  test('a dividend is cash, once, and profit and loss tells it of its share', async () => {
    await trade(bench.journal, bench.accountId, ['BUY', '150', '60']);
    expect(await apply([dividend('0.46')])).toMatchObject([{ quantity: '150', cashUsd: '69' }]);
    expect(await apply([dividend('0.46')])).toEqual([]);
    expect(await balances()).toMatchObject({ cash: '91069', dividend: '-69' });
    const { results } = await createProfitAndLossBooks(bench.database.db).read({
      ...wholeOf(bench.accountId),
      symbol: 'KO',
    });
    expect(results).toMatchObject([{ instrument: 'KO', dividendsUsd: '69' }]);
    const told = await createProfitAndLossBooks(bench.database.db).read({ ...wholeOf(bench.accountId), from: EX_DATE });
    const { action } = dividend('0.46');
    expect(told.actions).toEqual([
      { accountId: bench.accountId, symbol: 'KO', action, quantity: '150', cashUsd: '69' },
    ]);
    await expectProfitAndLoss(bench.database.db, bench.accountId);
  });

  test('a short position pays it, and the options on a share are left alone', async () => {
    await trade(bench.journal, bench.accountId, ['SELL', '10', '60']);
    await trade(bench.journal, bench.accountId, ['BUY', '1', '2'], optionOn('60'));
    expect(await apply([dividend('0.5'), split(2, 1, '2026-03-05')], '2026-03-05')).toMatchObject([
      { cashUsd: '-5' },
      { quantity: '-10' },
    ]);
    const { positions } = await booksOf(bench.database.db, bench.accountId);
    expect(positions.map(({ ticker, quantity }) => [ticker, quantity])).toEqual([
      ['KO', '-20'],
      ['KO 2026-06-19 C 60', '1'],
    ]);
    await expectProfitAndLoss(bench.database.db, bench.accountId);
  });

  test('several are booked in the order of their days, each on what the one before it left', async () => {
    await trade(bench.journal, bench.accountId, ['BUY', '10', '60']);
    const actions = [dividend('1', '2026-03-06'), split(3, 1), dividend('1', '2026-03-03')];
    const applied = await apply(actions, '2026-03-06');
    expect(applied?.map(({ action, cashUsd }) => [action.exDate, cashUsd])).toEqual([
      ['2026-03-03', '10'],
      [EX_DATE, '0'],
      ['2026-03-06', '30'],
    ]);
    await expectProfitAndLoss(bench.database.db, bench.accountId);
  });

  test('of many callers at once one books, and all that is booked stands there once', async () => {
    await trade(bench.journal, bench.accountId, ['BUY', '10', '60']);
    const all = await Promise.all(Array.from({ length: 8 }, () => apply([split(2, 1), dividend('1')])));
    expect(all.flatMap((one) => one ?? [])).toHaveLength(2);
    expect(await balances()).toMatchObject({ 'position:KO': '600' });
    await expectProfitAndLoss(bench.database.db, bench.accountId);
  });

  test('what happened on the day of opening or before it, or to what is not held, is nobody’s', async () => {
    expect(await apply([split(2, 1)])).toEqual([]);
    await trade(bench.journal, bench.accountId, ['BUY', '10', '60']);
    expect(await apply([split(2, 1), dividend('1', MARKET_DATE)], '2026-03-05')).toEqual([]);
    expect(await createCorporateActionBooks(bench.database.db).appliedTo(bench.accountId)).toBe('2026-03-05');
  });

  test('shares that nobody looked up stop the booking, and nothing is written', async () => {
    await trade(bench.journal, bench.accountId, ['BUY', '10', '60']);
    const before = await booksOf(bench.database.db, bench.accountId);
    expect(await apply([], EX_DATE, ['PEP'])).toBeNull();
    expect(await booksOf(bench.database.db, bench.accountId)).toEqual(before);
    expect(await createCorporateActionBooks(bench.database.db).appliedTo(bench.accountId)).toBe(MARKET_DATE);
  });

  test('one that cannot be booked leaves none of the others behind', async () => {
    await trade(bench.journal, bench.accountId, ['BUY', '10', '60']);
    const before = await booksOf(bench.database.db, bench.accountId);
    await expect(apply([dividend('1', '2026-03-03'), split(0, 1)])).rejects.toThrow('not a split');
    expect(await booksOf(bench.database.db, bench.accountId)).toEqual(before);
    expect(await apply([dividend('1', '2026-03-03')])).toHaveLength(1);
  });

  test('a portfolio at average cost has them, too, and gets no lots of its own', async () => {
    const { database } = bench;
    const portfolio = createPortfolioRepository(database.db);
    const ticket = await openTicket(database.db);
    await portfolio.settle(fullFill(ticket));
    const { accountId } = ticket.account;
    const books = createCorporateActionBooks(database.db);
    const actions = [dividend('0.5', '2026-03-03'), split(2, 3)];
    expect(await books.apply(accountId, { symbols: ['KO'], actions, through: EX_DATE, at: NOON })).toHaveLength(2);
    // 100 shares of 60.25 get 50 dollars, become 66 and two thirds, and the two thirds are cashed at 31.
    const cashUsd = '94045.67';
    expect((await portfolio.balances(accountId)).get('cash')).toBe(cashUsd);
    const { lots, positions } = await booksOf(database.db, accountId);
    expect({ lots, quantity: Number(positions[0]?.quantity) }).toEqual({ lots: [], quantity: 66 });
    const { totalUsd } = await portfolio.value({ accountId, marketDate: EX_DATE, prices: new Map(), takenAt: NOON });
    expect(totalUsd).toBe(String(Number(cashUsd) + 66 * 31));
    const { results, openLots, balances } = await createProfitAndLossBooks(database.db).read(wholeOf(accountId));
    expect(disagreements(sumResults(results), balances.get(accountId) ?? new Map(), openLots)).toEqual([]);
  });
});
