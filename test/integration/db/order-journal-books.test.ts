import { afterEach, describe, expect, test } from '@jest/globals';
import { createOrderJournal } from '../../../db/repositories/order-journal.ts';
import { createPortfolioRepository } from '../../../db/repositories/portfolio.ts';
import type { OrderJournal } from '../../../src/ports/order-journal.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { fullFill, NOON, openTicket } from './fixtures.ts';
import {
  booksOf,
  commissionOf,
  executionOf,
  expectAgreement,
  KO,
  newTicket,
  optionOn,
  RATIO_SPREAD,
  recordIn,
  submittedOrder,
  trade,
  withJournal,
} from './order-fixtures.ts';

describe('the books of an account', () => {
  let database: TestDatabase;
  let journal: OrderJournal;
  let accountId: string;
  withJournal((bench) => {
    ({ database, journal, accountId } = bench);
  });
  afterEach(() => expectAgreement(database.db, accountId));

  const balances = async () =>
    Object.fromEntries(await createPortfolioRepository(database.db).balances(accountId)) as Record<string, string>;
  const lots = async () =>
    (await booksOf(database.db, accountId)).lots.map((lot) => `${lot.quantity} @ ${lot.cost_usd}`);
  const position = async () => (await booksOf(database.db, accountId)).positions[0];

  test('an execution is a position at cost, marked at its price, and cash is gone', async () => {
    await trade(journal, accountId, ['BUY', '10', '60']);
    expect(await balances()).toEqual({ capital: '-100000', cash: '99400', 'position:KO': '600' });
    await trade(journal, accountId, ['BUY', '10', '62']);
    expect(await balances()).toEqual({
      ...{ capital: '-100000', cash: '98780', 'position:KO': '1220' },
      ...{ 'revaluation:KO': '20', 'unrealized-pnl': '-20' },
    });
    expect(await position()).toMatchObject({ quantity: '20', cost_usd: '1220', market_price: '62', instrument: KO });
  });

  test('first in, first out, through zero to a short position and back', async () => {
    await trade(journal, accountId, ['BUY', '10', '50']);
    await trade(journal, accountId, ['BUY', '10', '60']);
    await trade(journal, accountId, ['SELL', '15', '70']);
    expect(await lots()).toEqual(['5 @ 300']);
    expect(await balances()).toMatchObject({ 'realized-pnl': '-250', 'revaluation:KO': '50' });
    await trade(journal, accountId, ['SELL', '25', '80']);
    expect(await lots()).toEqual(['-20 @ -1600']);
    expect(await balances()).toMatchObject({ 'realized-pnl': '-350', 'position:KO': '-1600' });
    await expectAgreement(database.db, accountId);
    await trade(journal, accountId, ['BUY', '21', '79']);
    expect(await lots()).toEqual(['1 @ 79']);
    expect((await balances())['realized-pnl']).toBe('-370');
  });

  test('a short sale that is bought back leaves only cash, capital and the result', async () => {
    await trade(journal, accountId, ['SELL', '10', '60']);
    expect(await balances()).toEqual({ capital: '-100000', cash: '100600', 'position:KO': '-600' });
    expect(await position()).toMatchObject({ quantity: '-10', cost_usd: '-600' });
    await trade(journal, accountId, ['BUY', '4', '65']);
    expect(await balances()).toMatchObject({ 'revaluation:KO': '-30', 'realized-pnl': '20' });
    await trade(journal, accountId, ['BUY', '6', '55']);
    expect(await balances()).toEqual({ capital: '-100000', cash: '100010', 'realized-pnl': '-10' });
    expect(await position()).toBeUndefined();
  });

  test('an option counts its multiplier, and may close at a price of zero', async () => {
    const call = optionOn('60');
    await trade(journal, accountId, ['SELL', '2', '1.25'], call);
    const key = 'KO 2026-06-19 C 60';
    expect(await balances()).toEqual({ capital: '-100000', cash: '100250', [`position:${key}`]: '-250' });
    expect(await position()).toMatchObject({ ticker: key, multiplier: '100', instrument: call, quantity: '-2' });
    await trade(journal, accountId, ['BUY', '2', '0'], call);
    expect(await balances()).toEqual({ capital: '-100000', cash: '100250', 'realized-pnl': '-250' });
  });

  test('a combination is booked by its legs, and filled when all of them are there', async () => {
    const ticket = newTicket(accountId, {
      ...{ kind: 'combo', execution: 'native' },
      order: {
        tradable: RATIO_SPREAD,
        side: 'SELL',
        quantity: '3',
        type: 'LIMIT',
        timeInForce: 'DAY',
        limitPrice: '-0.4',
      },
    });
    await journal.journalTicket(ticket);
    const orderRef = `${ticket.ticketId}/1`;
    await journal.beginSubmission([orderRef], 1, NOON);
    const leg = (strike: string, side: 'BUY' | 'SELL', quantity: string, price: string) =>
      recordIn(
        journal,
        accountId,
        executionOf(orderRef, { instrument: optionOn(strike), side, quantity, price }),
        NOON,
      );
    expect(await leg('60', 'SELL', '3', '1')).toMatchObject({
      news: { state: 'PARTIALLY_FILLED', filledQuantity: '0', averageFillPrice: null },
    });
    expect(await leg('65', 'BUY', '3', '0.7')).toMatchObject({
      news: { filledQuantity: '1', averageFillPrice: '-0.4' },
    });
    expect(await leg('65', 'SELL', '3', '0.7')).toMatchObject({ outcome: 'refused' });
    expect(await leg('65', 'BUY', '4', '0.7')).toMatchObject({ outcome: 'refused' });
    expect(await leg('70', 'BUY', '1', '0.7')).toMatchObject({ outcome: 'refused' });
    expect(await leg('65', 'BUY', '3', '0.8')).toMatchObject({
      news: { state: 'FILLED', filledQuantity: '3', averageFillPrice: '-0.5' },
    });
    expect((await booksOf(database.db, accountId)).positions).toMatchObject([
      { ticker: 'KO 2026-06-19 C 60', quantity: '-3', cost_usd: '-300' },
      { ticker: 'KO 2026-06-19 C 65', quantity: '6', cost_usd: '450' },
    ]);
    expect((await balances()).cash).toBe('99850');
  });

  test('a late commission goes to what is left of the lot, and changes no cost', async () => {
    const bought = await trade(journal, accountId, ['BUY', '10', '60']);
    await trade(journal, accountId, ['SELL', '4', '61']);
    await recordIn(journal, accountId, commissionOf(bought.execId, '1'), NOON);
    const { lots: after } = await booksOf(database.db, accountId);
    expect(after).toMatchObject([{ quantity: '6', cost_usd: '360', commission_usd: '0.6' }]);
    expect(await balances()).toMatchObject({ commission: '1', 'realized-pnl': '-4' });
  });

  test('an execution that no column can hold is kept as a whole, and holds up nothing', async () => {
    await trade(journal, accountId, ['BUY', '900000000000000', '0.5']);
    const orderRef = await submittedOrder(journal, accountId, { quantity: '900000000000000' });
    const before = await booksOf(database.db, accountId);
    // The position would be larger than any column takes.
    const tooMuch = executionOf(orderRef, { quantity: '900000000000000', price: '0.5' });
    expect(await recordIn(journal, accountId, tooMuch, NOON)).toMatchObject({
      ...{ outcome: 'refused', problem: expect.stringContaining('positions_quantity_held'), news: null },
      ticketId: orderRef.slice(0, -2),
    });
    expect(await booksOf(database.db, accountId)).toEqual(before);
    expect((await journal.timeline(orderRef)).at(-1)).toMatchObject({ kind: 'execution', state: 'SUBMITTED' });
    expect(await recordIn(journal, accountId, tooMuch, NOON)).toEqual({ kind: 'repeated' });
  });
});

test('what a research run holds at average cost is one lot when a ticket trades it', async () => {
  const database = await createTestDatabase();
  const journal = createOrderJournal(database.db);
  const open = await openTicket(database.db);
  const { accountId } = open.account;
  await createPortfolioRepository(database.db).settle(fullFill(open));
  await trade(journal, accountId, ['SELL', '40', '61.25']);
  await expectAgreement(database.db, accountId);
  const books = await booksOf(database.db, accountId);
  expect(books.lots).toMatchObject([{ exec_id: 'carried/KO', quantity: '60', cost_usd: '3615' }]);
  expect(books.positions).toMatchObject([{ quantity: '60', cost_usd: '3615', market_price: '61.25' }]);
  await database.drop();
});
