import { expect } from '@jest/globals';
import { dec, sum } from '../../../src/domain/money/decimal.ts';
import type { ComboLeg } from '../../../src/domain/orders/instrument.ts';
import type { PlannedOrder } from '../../../src/domain/orders/order.ts';
import { cashAfter, filled, koOption, refOf, viewOf } from './case-tools.ts';
import type { Bench, Case } from './conformance.ts';

const EXITS: readonly Partial<PlannedOrder>[] = [
  { role: 'take_profit', side: 'SELL', type: 'LIMIT', limitPrice: '62', parentRef: '0', ocaGroup: 'exits' },
  { role: 'stop_loss', side: 'SELL', type: 'STOP', stopPrice: '50', parentRef: '0', ocaGroup: 'exits' },
];
const bracket = (bench: Bench, entry: Partial<PlannedOrder>): Promise<PlannedOrder[]> =>
  bench.place({ role: 'entry', ...entry }, ...EXITS);
const ENTRY_AT_55: Partial<PlannedOrder> = { type: 'LIMIT', limitPrice: '55' };
const AT_55 = { bid: '54.98', ask: '54.99' };

const open = async (bench: Bench): Promise<string[]> =>
  (await bench.statement()).openOrders.map(({ orderRef }) => orderRef).sort();

/** Orders that belong together: brackets, OCA groups and combinations. */
export function addGroupCases(add: Case): void {
  addBracketCases(add);
  addPartlyFilledCases(add);
  addOcaCases(add);
  addComboCases(add);
}

function addBracketCases(add: Case): void {
  for (const [n, name, to, index, price] of [
    ['C22', 'profit', { bid: '63', ask: '63.01' }, 1, '63'],
    ['C23', 'stop', { bid: '49.95', ask: '50' }, 2, '49.95'],
  ] as const) {
    add(`${n} a bracket whose ${name} fills is over: the other exit is cancelled, nothing is held`, async (bench) => {
      const orders = await bracket(bench, { type: 'MARKET' });
      await bench.heard.status(refOf(orders), 'fill');
      expect(await open(bench)).toEqual([refOf(orders, 1), refOf(orders, 2)]);
      await bench.broker.setPrice('KO', to);
      expect(filled(await bench.heard.executions(refOf(orders, index), 1))).toEqual([`10 at ${price}`]);
      await bench.heard.status(refOf(orders, 3 - index), 'cancel');
      expect([await open(bench), await bench.positions()]).toEqual([[], []]);
    });
  }

  add('C24 exits do not trade before their entry has, wherever the market goes', async (bench) => {
    const orders = await bracket(bench, ENTRY_AT_55);
    await bench.broker.setPrice('KO', { bid: '70', ask: '70.01' });
    expect([await open(bench), await bench.positions()]).toEqual([orders.map(({ orderRef }) => orderRef), []]);
  });

  add('C25 an entry that is cancelled before any fill takes its exits with it', async (bench) => {
    const orders = await bracket(bench, ENTRY_AT_55);
    await bench.opened.session.cancel(bench.account, refOf(orders));
    for (const { orderRef } of orders) await bench.heard.status(orderRef, 'cancel');
    await bench.broker.setPrice('KO', { bid: '45', ask: '45.01' });
    expect([await open(bench), await bench.positions()]).toEqual([[], []]);
  });
}

function addPartlyFilledCases(add: Case): void {
  add('C26 exits protect what the entry has filled, and no more, also when its rest is cancelled', async (bench) => {
    const orders = await bracket(bench, ENTRY_AT_55);
    await bench.broker.setPrice('KO', { ...AT_55, askSize: 4 });
    await bench.heard.status(refOf(orders), 'partial_fill');
    await bench.opened.session.cancel(bench.account, refOf(orders));
    await bench.heard.status(refOf(orders), 'cancel');
    expect((await bench.statement()).openOrders.map(({ quantity }) => quantity)).toEqual(['4', '4']);
    await bench.broker.setPrice('KO', { bid: '49', ask: '49.01' });
    expect(filled(await bench.heard.executions(refOf(orders, 2), 1))).toEqual(['4 at 49']);
    await bench.heard.status(refOf(orders, 1), 'cancel');
    expect(await bench.positions()).toEqual([]);
  });

  add('C27 an exit that fills in part reduces the other by as much', async (bench) => {
    const orders = await bracket(bench, { type: 'MARKET' });
    await bench.heard.status(refOf(orders), 'fill');
    await bench.broker.setPrice('KO', { bid: '62', ask: '62.01', bidSize: 3 });
    await bench.heard.executions(refOf(orders, 1), 1);
    expect(viewOf((await bench.statement()).openOrders, refOf(orders, 2))).toMatchObject({ quantity: '7' });
    await bench.broker.setPrice('KO', { bid: '49', ask: '49.01' });
    expect(filled(await bench.heard.executions(refOf(orders, 2), 1))).toEqual(['7 at 49']);
    await bench.heard.status(refOf(orders, 1), 'cancel');
    expect(await bench.positions()).toEqual([]);
  });

  add('C28 both exits together never sell more than a part of the entry that was filled', async (bench) => {
    const orders = await bracket(bench, ENTRY_AT_55);
    await bench.broker.setPrice('KO', { ...AT_55, askSize: 4 });
    await bench.heard.status(refOf(orders), 'partial_fill');
    await bench.broker.setPrice('KO', { bid: '62', ask: '62.01', bidSize: 3 });
    await bench.heard.executions(refOf(orders, 1), 1);
    await bench.opened.session.cancel(bench.account, refOf(orders));
    await bench.heard.status(refOf(orders), 'cancel');
    await bench.broker.setPrice('KO', { bid: '49', ask: '49.01' });
    expect(filled(await bench.heard.executions(refOf(orders, 2), 1))).toEqual(['1 at 49']);
    expect([await open(bench), await bench.positions()]).toEqual([[], []]);
  });

  add('C29 an exit that is placed after its entry works beside it', async (bench) => {
    const entry = await bench.place({ role: 'entry', type: 'MARKET' });
    await bench.heard.status(refOf(entry), 'fill');
    const stop: PlannedOrder = {
      ...{ tradable: { kind: 'stock', symbol: 'KO' }, side: 'SELL', quantity: '10', type: 'STOP', stopPrice: '50' },
      ...{ timeInForce: 'GTC', orderRef: `${refOf(entry)}/late`, role: 'stop_loss', ocaGroup: null },
      parentRef: refOf(entry),
    };
    await bench.opened.session.place(bench.account, [stop]);
    await bench.broker.setPrice('KO', { bid: '49', ask: '49.01' });
    await bench.heard.status(stop.orderRef, 'fill');
    expect(await bench.positions()).toEqual([]);
  });
}

function addOcaCases(add: Case): void {
  const group: readonly Partial<PlannedOrder>[] = [
    { type: 'LIMIT', limitPrice: '55', ocaGroup: 'either' },
    { type: 'LIMIT', limitPrice: '50', ocaGroup: 'either' },
  ];

  add('C30 of an OCA group one fills and the rest is cancelled', async (bench) => {
    const orders = await bench.place(...group);
    await bench.broker.setPrice('KO', AT_55);
    await bench.heard.status(refOf(orders), 'fill');
    await bench.heard.status(refOf(orders, 1), 'cancel');
    await bench.broker.setPrice('KO', { bid: '45', ask: '45.01' });
    expect(await bench.positions()).toEqual(['10 KO']);
  });

  add('C48 where the first order of an OCA group fills at once, the second never works', async (bench) => {
    const atOnce = { type: 'LIMIT', limitPrice: '70', ocaGroup: 'either' } as const;
    // One broker takes the second order and cancels it, the other refuses it and says that the first is there.
    const orders = await bench.place(atOnce, { ...atOnce, limitPrice: '71' }).catch(() => null);
    await bench.broker.setPrice('KO', { bid: '45', ask: '45.01' });
    expect(await bench.positions()).toEqual(['10 KO']);
    expect(await open(bench)).toEqual([]);
    if (orders !== null) await bench.heard.status(refOf(orders, 1), 'cancel');
  });

  add('C31 a fill in part reduces the rest of an OCA group in proportion', async (bench) => {
    const orders = await bench.place(...group);
    await bench.broker.setPrice('KO', { ...AT_55, askSize: 4 });
    await bench.heard.executions(refOf(orders), 1);
    expect(viewOf((await bench.statement()).openOrders, refOf(orders, 1))).toMatchObject({ quantity: '6' });
    await bench.opened.session.cancel(bench.account, refOf(orders));
    await bench.heard.status(refOf(orders), 'cancel');
    expect(await open(bench)).toEqual([refOf(orders, 1)]);
  });
}

function addComboCases(add: Case): void {
  const spread: readonly ComboLeg[] = [
    { instrument: koOption('PUT', '60'), side: 'SELL', ratio: 1 },
    { instrument: koOption('PUT', '55'), side: 'BUY', ratio: 1 },
  ];
  const ratio: readonly ComboLeg[] = [
    { instrument: koOption('CALL', '60'), side: 'BUY', ratio: 1 },
    { instrument: koOption('CALL', '65'), side: 'SELL', ratio: 2 },
  ];
  const combo = (legs: readonly ComboLeg[]): PlannedOrder['tradable'] => ({ kind: 'combo', symbol: 'KO', legs });
  for (const [n, what, order, units] of [
    ['C32', 'credit, bought at a negative limit', { tradable: combo(spread), limitPrice: '-0.01' }, [-2, 2]],
    ['C33', 'debit, with a leg of two', { tradable: combo(ratio), limitPrice: '20' }, [2, -4]],
    [
      'C34',
      'debit that is sold, its legs the other way round',
      { tradable: combo(ratio), side: 'SELL', limitPrice: '-20' },
      [-2, 4],
    ],
  ] as const) {
    add(
      `${n} a combination for a ${what}: its legs fill together within the net price and are the executions`,
      async (bench) => {
        const orders = await bench.place({ ...order, type: 'LIMIT', quantity: '2' });
        await bench.heard.status(refOf(orders), 'fill');
        const executions = await bench.heard.executions(refOf(orders), 2);
        const legs = order.tradable.kind === 'combo' ? order.tradable.legs : [];
        expect(executions.map(({ instrument }) => instrument)).toEqual(legs.map(({ instrument }) => instrument));
        const signed = executions.map(({ side, quantity }) => (side === 'BUY' ? Number(quantity) : -Number(quantity)));
        expect(signed).toEqual(units);
        const net = sum(executions.map(({ price }, index) => dec(price).times(signed[index] ?? 0))).div(2);
        const limit = dec(order.limitPrice).times('side' in order ? -1 : 1);
        expect(net.lte(limit)).toBe(true);
        const { positions, cashUsd } = await bench.statement();
        expect(positions.map(({ quantity }) => Number(quantity)).sort()).toEqual([...units].sort());
        expect(positions.every(({ averageCost }) => Number(averageCost) < 20)).toBe(true);
        expect(dec(cashUsd).toFixed(2)).toBe(
          cashAfter(bench.broker.openingCash, executions, bench.heard.commissions()),
        );
      },
    );
  }

  add('C35 a combination beyond its net price works and does not trade', async (bench) => {
    const orders = await bench.place({ tradable: combo(spread), type: 'LIMIT', limitPrice: '-4.99' });
    await bench.heard.status(refOf(orders), 'accept');
    expect([await open(bench), await bench.positions()]).toEqual([[refOf(orders)], []]);
  });
}
