import { expect } from '@jest/globals';
import { dec } from '../../../src/domain/money/decimal.ts';
import type { PlannedOrder } from '../../../src/domain/orders/order.ts';
import { cashAfter, filled, refOf, viewOf } from './case-tools.ts';
import { type Case, expectSound } from './conformance.ts';

const LIMIT_BUY: Partial<PlannedOrder> = { type: 'LIMIT', limitPrice: '55' };
const AT_55 = { bid: '54.98', ask: '54.99' };

/** One order by itself: types, time in force, parts, changes and cancels. */
export function addOrderCases(add: Case): void {
  addMarketCases(add);
  addLimitAndStopCases(add);
  addTrailingAndGridCases(add);
  addPartCases(add);
  addChangeCases(add);
}

function addMarketCases(add: Case): void {
  for (const [n, side, price, held] of [
    ['C01', 'BUY', '60.01', '10 KO'],
    ['C02', 'SELL', '59.99', '-10 KO'],
  ] as const) {
    add(
      `${n} a market ${side} fills at the other side of the market, and is in the books to the cent`,
      async (bench) => {
        const [order] = [await bench.place({ type: 'MARKET', side })];
        await bench.heard.status(refOf(order), 'fill');
        const executions = await bench.heard.executions(refOf(order), 1);
        expect(executions).toMatchObject([{ side, instrument: { kind: 'stock', symbol: 'KO' }, correctsExecId: null }]);
        expect(filled(executions)).toEqual([`10 at ${price}`]);
        const statement = await bench.statement();
        expectSound(statement);
        expect(statement.openOrders).toEqual([]);
        expect(viewOf(statement.completedOrders, refOf(order))).toMatchObject({
          ...{ side, description: 'KO', quantity: '10', filledQuantity: '10', report: { event: 'fill' } },
        });
        expect(await bench.positions()).toEqual([held]);
        const cash = cashAfter(bench.broker.openingCash, executions, bench.heard.commissions());
        expect(dec(statement.cashUsd).toFixed(2)).toBe(cash);
      },
    );
  }

  for (const [n, side, limitPrice, price] of [
    ['C03', 'BUY', '61', '60.01'],
    ['C04', 'SELL', '59', '59.99'],
  ] as const) {
    add(`${n} a limit ${side} through the market fills at the market, not at its limit`, async (bench) => {
      const order = await bench.place({ type: 'LIMIT', side, limitPrice });
      expect(filled(await bench.heard.executions(refOf(order), 1))).toEqual([`10 at ${price}`]);
    });
  }
}

function addLimitAndStopCases(add: Case): void {
  for (const [n, side, limitPrice, near, there, price] of [
    ['C05', 'BUY', '55', { bid: '55', ask: '55.01' }, { bid: '54.99', ask: '55' }, '55'],
    ['C06', 'SELL', '65', { bid: '64.99', ask: '65' }, { bid: '65', ask: '65.01' }, '65'],
  ] as const) {
    add(`${n} a limit ${side} works until the market reaches it exactly`, async (bench) => {
      const order = await bench.place({ type: 'LIMIT', side, limitPrice });
      await bench.heard.status(refOf(order), 'accept');
      await bench.broker.setPrice('KO', near);
      const statement = await bench.statement();
      expectSound(statement);
      expect(statement.openOrders).toMatchObject([{ orderRef: refOf(order), report: { event: 'accept' } }]);
      await bench.broker.setPrice('KO', there);
      expect(filled(await bench.heard.executions(refOf(order), 1))).toEqual([`10 at ${price}`]);
    });
  }

  for (const [n, side, stopPrice, near, there, price] of [
    ['C07', 'BUY', '65', { bid: '64.98', ask: '64.99' }, { bid: '65.10', ask: '65.12' }, '65.12'],
    ['C08', 'SELL', '55', { bid: '55.01', ask: '55.02' }, { bid: '54.80', ask: '54.90' }, '54.8'],
  ] as const) {
    add(`${n} a stop ${side} waits for its trigger and then fills at the market`, async (bench) => {
      const order = await bench.place({ type: 'STOP', side, stopPrice });
      await bench.broker.setPrice('KO', near);
      expect(viewOf((await bench.statement()).openOrders, refOf(order))).toMatchObject({ filledQuantity: '0' });
      await bench.broker.setPrice('KO', there);
      expect(filled(await bench.heard.executions(refOf(order), 1))).toEqual([`10 at ${price}`]);
    });
  }

  for (const [n, side, stopPrice, limitPrice, beyond, back, price] of [
    ['C09', 'BUY', '65', '65.05', { bid: '65.10', ask: '65.12' }, { bid: '64.90', ask: '65.05' }, '65.05'],
    ['C10', 'SELL', '55', '54.95', { bid: '54.80', ask: '54.90' }, { bid: '54.95', ask: '55.20' }, '54.95'],
  ] as const) {
    add(`${n} a stop-limit ${side} that was reached works at its limit and no worse`, async (bench) => {
      const order = await bench.place({ type: 'STOP_LIMIT', side, stopPrice, limitPrice });
      await bench.broker.setPrice('KO', beyond);
      expect(viewOf((await bench.statement()).openOrders, refOf(order))).toMatchObject({ filledQuantity: '0' });
      await bench.broker.setPrice('KO', back);
      expect(filled(await bench.heard.executions(refOf(order), 1))).toEqual([`10 at ${price}`]);
    });
  }
}

function addTrailingAndGridCases(add: Case): void {
  for (const [n, side, trail, best, back, there, price] of [
    ['C11', 'SELL', { trailAmount: '2' }, '65.00', '63.01', '63.00', '63'],
    ['C12', 'BUY', { trailPercent: '10' }, '50.00', '54.99', '55.00', '55'],
  ] as const) {
    add(
      `${n} a trailing stop ${side} by ${Object.keys(trail)} follows the best price and never moves back`,
      async (bench) => {
        const order = await bench.place({ type: 'TRAILING_STOP', side, ...trail });
        for (const at of [best, back]) await bench.broker.setPrice('KO', { bid: at, ask: at });
        expect(viewOf((await bench.statement()).openOrders, refOf(order))).toMatchObject({ filledQuantity: '0' });
        await bench.broker.setPrice('KO', { bid: there, ask: there });
        expect(filled(await bench.heard.executions(refOf(order), 1))).toEqual([`10 at ${price}`]);
      },
    );
  }

  add('C13 a limit off the price grid is worked on it, never worse than asked', async (bench) => {
    const order = await bench.place({ type: 'LIMIT', limitPrice: '55.009' });
    await bench.broker.setPrice('KO', { bid: '55', ask: '55.005' });
    expect(viewOf((await bench.statement()).openOrders, refOf(order))).toMatchObject({ filledQuantity: '0' });
    await bench.broker.setPrice('KO', { bid: '54.99', ask: '55' });
    expect(filled(await bench.heard.executions(refOf(order), 1))).toEqual(['10 at 55']);
  });
}

function addPartCases(add: Case): void {
  add('C14 an order for the day is over with it, one good till cancelled works on', async (bench) => {
    const order = await bench.place(LIMIT_BUY, { ...LIMIT_BUY, timeInForce: 'GTC' });
    await bench.broker.turnTo('2026-11-23');
    await bench.broker.setPrice('KO', AT_55);
    expect(filled(await bench.heard.executions(refOf(order, 1), 1))).toEqual(['10 at 54.99']);
    const { openOrders, completedOrders } = await bench.statement();
    expect(openOrders).toEqual([]);
    const ended = viewOf(completedOrders, refOf(order))?.report;
    expect(['cancel', 'expire']).toContain(ended?.event);
    expect(ended?.filledQuantity).toBe('0');
    expect(await bench.positions()).toEqual(['10 KO']);
  });

  add('C15 a fill in parts is told part by part, each with its price and commission', async (bench) => {
    const order = await bench.place(LIMIT_BUY);
    await bench.broker.setPrice('KO', { ...AT_55, askSize: 4 });
    await bench.heard.status(refOf(order), 'partial_fill');
    await bench.heard.executions(refOf(order), 1);
    expect((await bench.statement()).openOrders).toMatchObject([
      { quantity: '10', filledQuantity: '4', report: { event: 'partial_fill', remainingQuantity: '6' } },
    ]);
    await bench.broker.setPrice('KO', { bid: '54.88', ask: '54.89' });
    await bench.heard.status(refOf(order), 'fill');
    const executions = await bench.heard.executions(refOf(order), 2);
    expect(filled(executions)).toEqual(['4 at 54.99', '6 at 54.89']);
    expect(
      bench.heard
        .commissions()
        .map(({ execId }) => execId)
        .sort(),
    ).toEqual(executions.map(({ execId }) => execId).sort());
    const { cashUsd } = await bench.statement();
    expect(dec(cashUsd).toFixed(2)).toBe(cashAfter(bench.broker.openingCash, executions, bench.heard.commissions()));
  });

  add('C16 a cancel after a part leaves the part in the books and ends the rest', async (bench) => {
    const order = await bench.place(LIMIT_BUY);
    await bench.broker.setPrice('KO', { ...AT_55, askSize: 4 });
    await bench.heard.status(refOf(order), 'partial_fill');
    await bench.opened.session.cancel(bench.account, refOf(order));
    await bench.heard.status(refOf(order), 'cancel');
    await bench.broker.setPrice('KO', AT_55);
    const { openOrders, completedOrders } = await bench.statement();
    expect(openOrders).toEqual([]);
    expect(viewOf(completedOrders, refOf(order))?.report).toMatchObject({
      ...{ event: 'cancel', filledQuantity: '4', remainingQuantity: '6' },
    });
    expect(await bench.positions()).toEqual(['4 KO']);
  });
}

function addChangeCases(add: Case): void {
  add('C17 a limit that is moved to the market fills there; moved away it does not', async (bench) => {
    const order = await bench.place(LIMIT_BUY);
    const { session } = bench.opened;
    await session.modify(bench.account, refOf(order), { limitPrice: '54' });
    await bench.broker.setPrice('KO', AT_55);
    expect((await bench.statement()).openOrders).toMatchObject([{ filledQuantity: '0' }]);
    await session.modify(bench.account, refOf(order), { limitPrice: '54.995' });
    expect(filled(await bench.heard.executions(refOf(order), 1))).toEqual(['10 at 54.99']);
  });

  add('C18 a quantity is changed up and down, but not to what has filled already', async (bench) => {
    const order = await bench.place(LIMIT_BUY);
    const { session } = bench.opened;
    await session.modify(bench.account, refOf(order), { quantity: '20' });
    await bench.broker.setPrice('KO', { ...AT_55, askSize: 12 });
    await bench.heard.status(refOf(order), 'partial_fill');
    await expect(session.modify(bench.account, refOf(order), { quantity: '12' })).rejects.toMatchObject({
      ...{ code: 'BROKER_REJECTED', effect: 'none' },
    });
    expect((await bench.statement()).openOrders).toMatchObject([{ quantity: '20', filledQuantity: '12' }]);
    await session.modify(bench.account, refOf(order), { quantity: '15' });
    await bench.broker.setPrice('KO', AT_55);
    await bench.heard.status(refOf(order), 'fill');
    expect(await bench.positions()).toEqual(['15 KO']);
  });

  add("C19 a stop's trigger is moved", async (bench) => {
    const order = await bench.place({ type: 'STOP', side: 'SELL', stopPrice: '55' });
    await bench.opened.session.modify(bench.account, refOf(order), { stopPrice: '54' });
    await bench.broker.setPrice('KO', AT_55);
    expect((await bench.statement()).openOrders).toMatchObject([{ filledQuantity: '0' }]);
    await bench.broker.setPrice('KO', { bid: '53.99', ask: '54' });
    expect(filled(await bench.heard.executions(refOf(order), 1))).toEqual(['10 at 53.99']);
  });

  add('C20 what is over, unknown, or has no such price is not changed', async (bench) => {
    const { session } = bench.opened;
    const over = await bench.place({ type: 'MARKET' });
    await bench.heard.status(refOf(over), 'fill');
    const refused = { code: 'BROKER_REJECTED', effect: 'none' };
    for (const ref of [refOf(over), 'never/placed'])
      await expect(session.modify(bench.account, ref, { quantity: '20' })).rejects.toMatchObject(refused);
    const order = await bench.place(LIMIT_BUY);
    const invalid = { code: 'ORDER_INVALID', effect: 'none' };
    for (const change of [{ stopPrice: '50' }, { quantity: '1.5' }, { quantity: '0' }, { limitPrice: '0' }])
      await expect(session.modify(bench.account, refOf(order), change)).rejects.toMatchObject(invalid);
    expect((await bench.statement()).openOrders).toMatchObject([{ quantity: '10', report: { event: 'accept' } }]);
  });

  add(
    'C21 a cancel before the fill ends the order for good; after it, or of nothing, it is no error',
    async (bench) => {
      const { session } = bench.opened;
      const order = await bench.place(LIMIT_BUY);
      await session.cancel(bench.account, refOf(order));
      await bench.heard.status(refOf(order), 'cancel');
      await bench.broker.setPrice('KO', AT_55);
      expect(await bench.positions()).toEqual([]);
      const over = await bench.place({ type: 'MARKET' });
      await bench.heard.status(refOf(over), 'fill');
      for (const ref of [refOf(order), refOf(over), 'never/placed']) await session.cancel(bench.account, ref);
      expect(await bench.positions()).toEqual(['10 KO']);
      expect((await bench.statement()).completedOrders.map(({ report }) => report?.event).sort()).toEqual([
        'cancel',
        'fill',
      ]);
    },
  );
}
