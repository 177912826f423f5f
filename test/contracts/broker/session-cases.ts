import { expect } from '@jest/globals';
import { dec } from '../../../src/domain/money/decimal.ts';
import type { PlannedOrder } from '../../../src/domain/orders/order.ts';
import type { ExecutionReport } from '../../../src/ports/broker-session.ts';
import { ticket } from '../ibkr/stand.ts';
import { cashAfter, filled, koOption, refOf, viewOf } from './case-tools.ts';
import { type Case, expectSound } from './conformance.ts';

const LIMIT_BUY: Partial<PlannedOrder> = { type: 'LIMIT', limitPrice: '55', timeInForce: 'GTC' };

/** What is refused, and what a session owes to whoever reads it: statements, repeated reports, costs. */
export function addSessionCases(add: Case): void {
  addRefusalCases(add);
  addReportCases(add);
  addBookCases(add);
}

function leg(ratio: number, strike = '60') {
  return { instrument: koOption('PUT', strike), side: 'BUY', ratio } as const;
}

const INVALID: readonly (readonly [string, Partial<PlannedOrder>])[] = [
  ['an unknown symbol', { tradable: { kind: 'stock', symbol: 'NOSUCH' } }],
  ['an expired option', { tradable: { ...koOption('CALL', '60'), expiration: '2026-01-16' } }],
  ['a quantity of 0', { quantity: '0' }],
  ['a negative quantity', { quantity: '-1' }],
  ['a fractional quantity', { quantity: '1.5' }],
  ['a quantity that is no number', { quantity: 'NaN' }],
  ['a limit order without a limit', { type: 'LIMIT' }],
  ['a limit below the smallest price', { type: 'LIMIT', limitPrice: '0.00001' }],
  ['a trailing stop with both distances', { type: 'TRAILING_STOP', trailAmount: '1', trailPercent: '1' }],
  ['a parent that was never placed', { parentRef: 'nobody' }],
  ['a leg of ratio 0', { tradable: { kind: 'combo', symbol: 'KO', legs: [leg(0), leg(1, '65')] } }],
  [
    'ten thousand legs',
    { tradable: { kind: 'combo', symbol: 'KO', legs: Array.from({ length: 10_000 }, () => leg(1)) } },
  ],
];

function addRefusalCases(add: Case): void {
  add('C36 what cannot be traded is refused as invalid, and nothing of it reaches the broker', async (bench) => {
    for (const [what, change] of INVALID) {
      const placing = bench.place({ type: 'MARKET' }, change).then(
        () => 'placed',
        ({ code, effect }: { code: string; effect: string }) => `${code}, effect ${effect}`,
      );
      expect([what, await placing]).toEqual([what, 'ORDER_INVALID, effect none']);
    }
    const { openOrders, completedOrders } = await bench.statement();
    expect([openOrders, completedOrders, bench.opened.reports]).toEqual([[], [], []]);
  });

  add('C37 an account of somebody else is never touched', async (bench) => {
    const { session } = bench.opened;
    const foreign = { code: 'ORDER_INVALID', effect: 'none' };
    await expect(session.place('U999', ticket({}))).rejects.toMatchObject(foreign);
    await expect(session.cancel('U999', 'a/1')).rejects.toMatchObject(foreign);
    await expect(session.statement('U999')).rejects.toMatchObject(foreign);
  });

  add("C38 the broker's refusal is proof that nothing happened, told once as a rejection", async (bench) => {
    await bench.reopen('refusing');
    const [order] = ticket({ type: 'LIMIT', limitPrice: '55' });
    const placing = bench.opened.session.place(bench.account, order ? [order] : []);
    await expect(placing).rejects.toMatchObject({ code: 'BROKER_REJECTED', effect: 'none' });
    await bench.heard.status(order?.orderRef ?? '', 'reject');
    const { openOrders, completedOrders } = await bench.statement();
    expect(openOrders).toEqual([]);
    const told = new Set(bench.opened.reports.map(({ key }) => key));
    expect([...told]).toEqual([viewOf(completedOrders, order?.orderRef ?? '')?.report?.key]);
    expect(viewOf(completedOrders, order?.orderRef ?? '')?.report?.event).toBe('reject');
  });

  add('C39 a reference that is placed a second time is a second order, and both show', async (bench) => {
    const orders = await bench.place(LIMIT_BUY);
    await bench.opened.session.place(bench.account, orders);
    const { openOrders } = await bench.statement();
    expect(openOrders.map(({ orderRef }) => orderRef)).toEqual([refOf(orders), refOf(orders)]);
    expect(new Set(openOrders.map(({ brokerOrderId }) => brokerOrderId)).size).toBe(2);
    await bench.broker.setPrice('KO', { bid: '54.98', ask: '54.99' });
    const executions = await bench.heard.executions(refOf(orders), 2);
    expect(new Set(executions.map(({ execId }) => execId)).size).toBe(2);
  });

  add('C40 a session that was closed takes nothing', async (bench) => {
    const { session, states } = bench.opened;
    await session.close();
    expect(states.at(-1)).toBe('closed');
    const closed = { code: 'BROKER_NOT_READY', effect: 'none' };
    await expect(session.place(bench.account, ticket({}))).rejects.toMatchObject(closed);
    await expect(session.statement(bench.account)).rejects.toMatchObject(closed);
  });
}

function addReportCases(add: Case): void {
  add(
    'C41 a new session repeats executions and commissions under the same keys, and its statement tells the rest',
    async (bench) => {
      const orders = await bench.place({ type: 'MARKET' }, { ...LIMIT_BUY, limitPrice: '50' });
      await bench.heard.status(refOf(orders), 'fill');
      const [before] = await bench.heard.executions(refOf(orders), 1);
      const known = new Set(bench.opened.reports.map(({ key }) => key));
      await bench.reopen();
      const [again] = await bench.heard.executions(refOf(orders), 1);
      expect([again?.execId, again?.key, again?.at]).toEqual([before?.execId, before?.key, before?.at]);
      await bench.heard.status(refOf(orders, 1), 'accept');
      expect(bench.opened.reports.filter(({ key }) => !known.has(key))).toEqual([]);
      const { completedOrders, openOrders } = await bench.statement();
      const keys = [...completedOrders, ...openOrders].map(({ report }) => report?.key ?? '');
      expect(keys.filter((key) => !known.has(key))).toEqual([]);
      expect(viewOf(completedOrders, refOf(orders))?.report?.event).toBe('fill');
    },
  );

  add('C42 an order of an earlier session goes on: it is changed, fills and is cancelled', async (bench) => {
    const orders = await bench.place(LIMIT_BUY, {
      type: 'TRAILING_STOP',
      side: 'SELL',
      trailAmount: '2',
      timeInForce: 'GTC',
    });
    await bench.broker.setPrice('KO', { bid: '65', ask: '65' });
    await bench.reopen();
    await bench.broker.setPrice('KO', { bid: '63', ask: '63' });
    expect(filled(await bench.heard.executions(refOf(orders, 1), 1))).toEqual(['10 at 63']);
    await bench.opened.session.modify(bench.account, refOf(orders), { limitPrice: '54' });
    await bench.opened.session.cancel(bench.account, refOf(orders));
    await bench.heard.status(refOf(orders), 'cancel');
    expect(await bench.positions()).toEqual(['-10 KO']);
  });

  add('C43 statements that are read again tell nothing new', async (bench) => {
    const orders = await bench.place({ type: 'MARKET' }, LIMIT_BUY);
    await bench.heard.executions(refOf(orders), 1);
    await bench.heard.status(refOf(orders), 'fill');
    const [first, second] = [await bench.statement(), await bench.statement()];
    const known = new Set(bench.opened.reports.map(({ key }) => key));
    expect([second.positions, second.cashUsd]).toEqual([first.positions, first.cashUsd]);
    expect(second.reports.map(({ key }) => key)).toEqual(first.reports.map(({ key }) => key));
    expect(first.reports.every(({ key }) => known.has(key))).toBe(true);
    expectSound(first);
  });

  add('C44 what `place` answers are reports of its own orders that the listeners hear as well', async (bench) => {
    const orders = ticket({ type: 'MARKET' });
    const answered = await bench.opened.session.place(bench.account, orders);
    expect(answered.length).toBeGreaterThan(0);
    await bench.heard.status(refOf(orders), 'fill');
    const heard = new Set(bench.opened.reports.map(({ key }) => key));
    for (const report of answered) {
      expect(heard).toContain(report.key);
      expect(report).toMatchObject({ orderRef: refOf(orders) });
    }
  });
}

function addBookCases(add: Case): void {
  add('C45 buys, sells and a turn through zero leave positions, average cost and cash to the cent', async (bench) => {
    const trades: readonly (readonly [Partial<PlannedOrder>, string])[] = [
      [{ side: 'BUY', quantity: '100' }, '60.01'],
      [{ side: 'BUY', quantity: '100' }, '60.01'],
      [{ side: 'SELL', quantity: '250' }, '59.99'],
      [{ side: 'BUY', quantity: '10', tradable: { kind: 'stock', symbol: 'PEP' } }, '150.01'],
    ];
    const executions: ExecutionReport[] = [];
    for (const [change, price] of trades) {
      const orders = await bench.place({ type: 'MARKET', ...change });
      const [execution] = await bench.heard.executions(refOf(orders), 1);
      expect(dec(execution?.price ?? 0).toFixed()).toBe(price);
      if (execution) executions.push(execution);
    }
    expect(await bench.positions()).toEqual(['-50 KO', '10 PEP']);
    const { cashUsd, positions } = await bench.statement();
    // The turned position costs what it was sold at; an opened one carries its commission.
    const [ko, pep] = ['KO', 'PEP'].map((symbol) => positions.find(({ instrument }) => instrument.symbol === symbol));
    expect(dec(ko?.averageCost ?? 0).toFixed(2)).toBe('59.99');
    const commission = bench.heard.commissions().find(({ execId }) => execId === executions.at(-1)?.execId);
    expect(dec(pep?.averageCost ?? 0).toFixed(4)).toBe(
      dec(commission?.commissionUsd ?? 0)
        .div(10)
        .plus('150.01')
        .toFixed(4),
    );
    expect(dec(cashUsd).toFixed(2)).toBe(cashAfter(bench.broker.openingCash, executions, bench.heard.commissions()));
    // 200 at 60.01, 250 at 59.99 and 10 at 150.01: the same money at every broker before its commissions.
    expect(cashAfter(bench.broker.openingCash, executions, [])).toBe('1001495.40');
  });

  add('C46 a what-if tells margin and commission and places nothing', async (bench) => {
    const { session } = bench.opened;
    const cost = await session.whatIf(bench.account, ticket({ quantity: '100' }));
    expect([dec(cost.initialMarginUsd).toFixed(2), dec(cost.maintenanceMarginUsd).toFixed(2)]).toEqual([
      '3000.00',
      '1500.00',
    ]);
    expect(Number(cost.commissionUsd)).toBeGreaterThan(0);
    const { openOrders, completedOrders, positions } = await bench.statement();
    expect([openOrders, completedOrders, positions]).toEqual([[], [], []]);
    const unknown = ticket({ tradable: { kind: 'stock', symbol: 'NOSUCH' } });
    await expect(session.whatIf(bench.account, unknown)).rejects.toMatchObject({
      code: 'ORDER_INVALID',
      effect: 'none',
    });
  });

  add(
    'C47 in a what-if only the dearest of an OCA group counts, and exits of a bracket cost nothing',
    async (bench) => {
      const group = ticket({ ocaGroup: 'g', quantity: '100' }, { ocaGroup: 'g', quantity: '50' });
      const bracket = ticket({ quantity: '100' }, { side: 'SELL', type: 'STOP', stopPrice: '50', parentRef: '0' });
      for (const orders of [group, bracket]) {
        const { initialMarginUsd } = await bench.opened.session.whatIf(bench.account, orders);
        expect(dec(initialMarginUsd).toFixed(2)).toBe('3000.00');
      }
    },
  );

  add('C48 a what-if tells what is free: what sold options brought in is cash, and tied up', async (bench) => {
    const { session } = bench.opened;
    const free = async () => dec((await session.whatIf(bench.account, ticket({}))).availableUsd ?? 'NaN');
    expect((await free()).toFixed(2)).toBe(dec(bench.broker.openingCash).toFixed(2));
    const orders = await bench.place({ tradable: koOption('PUT', '60'), side: 'SELL', quantity: '2' });
    await bench.heard.status(refOf(orders), 'fill');
    await bench.heard.executions(refOf(orders), 1);
    const { cashUsd } = await bench.statement();
    expect(dec(cashUsd).gt(bench.broker.openingCash)).toBe(true);
    // A fifth of 200 shares at 60 dollars, and what it would cost to buy the puts back, twice.
    expect((await free()).lt(dec(bench.broker.openingCash).minus(2400))).toBe(true);
  });
}
