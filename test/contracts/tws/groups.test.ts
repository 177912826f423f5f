import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Order, OrderType } from '@stoqey/ib';
import { orderOf, type RunningSimulator, stock, withSimulator } from './running-simulator.ts';
import type { StoqeyClient } from './stoqey-client.ts';

let simulator: RunningSimulator;
let client: StoqeyClient;
withSimulator((suite) => {
  ({ simulator, client } = suite);
});
beforeEach(async () => {
  await moveTo('130.00');
  client.mark();
});

let lastOrderId = 0;

function place(order: Order): number {
  lastOrderId += 1;
  client.ib.placeOrder(lastOrderId, stock('AAPL'), order);
  return lastOrderId;
}

/** Entry, profit and loss; only the last is transmitted. */
function placeBracket(): [number, number, number] {
  const entry = place(orderOf('BUY', OrderType.LMT, { lmtPrice: 120, transmit: false }));
  const profit = place(orderOf('SELL', OrderType.LMT, { lmtPrice: 140, parentId: entry, transmit: false }));
  const loss = place(orderOf('SELL', OrderType.STP, { auxPrice: 110, parentId: entry }));
  return [entry, profit, loss];
}

const moveTo = (price: string, more: object = {}) =>
  simulator.control('price', { symbol: 'AAPL', bid: price, ask: price, last: price, ...more });

async function states(...ids: number[]): Promise<(string | undefined)[]> {
  const { orders } = await simulator.ledger();
  return ids.map((id) => orders.find((one) => one.orderId === id)?.status);
}

describe('a bracket', () => {
  test('is held until its last order transmits it, works by its entry, and ends by one child', async () => {
    const entry = place(orderOf('BUY', OrderType.MKT, { transmit: false }));
    const profit = place(orderOf('SELL', OrderType.LMT, { lmtPrice: 140, parentId: entry, transmit: false }));
    await client.status(profit, 'PendingSubmit');
    expect(await states(entry, profit)).toEqual(['PendingSubmit', 'PendingSubmit']);
    const loss = place(orderOf('SELL', OrderType.STP, { auxPrice: 110, parentId: entry }));
    await client.status(entry, 'Filled');
    await client.status(profit, 'Submitted');
    expect(await states(loss)).toEqual(['PreSubmitted']);
    await moveTo('109.50');
    await client.status(loss, 'Filled');
    await client.status(profit, 'Cancelled');
    expect(client.all('openOrder').some(([id, , order]) => id === loss && (order as Order).parentId === entry)).toBe(
      true,
    );
  });

  test('goes with its entry when that is cancelled before any fill', async () => {
    const [entry, profit, loss] = placeBracket();
    await client.status(loss, 'PreSubmitted');
    client.ib.cancelOrder(entry, { manualOrderCancelTime: '' } as never);
    await client.status(loss, 'Cancelled');
    expect(await states(entry, profit, loss)).toEqual(['Cancelled', 'Cancelled', 'Cancelled']);
  });

  test('protects what its entry has filled, also in part, and keeps doing so when the rest is cancelled', async () => {
    const [entry, , loss] = placeBracket();
    await client.status(loss, 'PreSubmitted');
    await moveTo('120.00', { askSize: 40 });
    await client.seen('orderStatus', (id: number, _s: string, filled: number) => id === entry && filled === 40);
    client.ib.cancelOrder(entry, { manualOrderCancelTime: '' } as never);
    await client.status(entry, 'Cancelled');
    await moveTo('109.00');
    await client.status(loss, 'Filled');
    const { orders } = await simulator.ledger();
    expect(orders.find((one) => one.orderId === loss)?.filled).toBe('40');
    expect(await states(...[entry, entry + 1, loss])).toEqual(['Cancelled', 'Cancelled', 'Filled']);
  });

  test('whose entry was refused takes no child', async () => {
    await simulator.control('faults', { fault: 'reject', match: 'refused/1' });
    const entry = place(orderOf('BUY', OrderType.MKT, { transmit: false, orderRef: 'refused/1' }));
    const loss = place(orderOf('SELL', OrderType.STP, { auxPrice: 110, parentId: entry }));
    await client.status(loss, 'Inactive');
    expect(await states(entry, loss)).toEqual(['Inactive', 'Inactive']);
  });

  test('a child that fills in part reduces the other by as much', async () => {
    const [, profit, loss] = placeBracket();
    await client.status(loss, 'PreSubmitted');
    await moveTo('120.00');
    await client.status(profit, 'Submitted');
    await moveTo('140.00', { bidSize: 30 });
    await client.seen('orderStatus', (id: number, _s: string, _f: number, rest: number) => id === loss && rest === 70);
    await moveTo('109.00');
    await client.status(loss, 'Filled');
    await client.status(profit, 'Cancelled');
    const held = (await simulator.ledger()).positions.find((one) => one.symbol === 'AAPL');
    const bought = (await simulator.ledger()).executions.reduce(
      (sum, one) => sum + (one.side === 'BOT' ? 1 : -1) * Number(one.quantity),
      0,
    );
    expect(Number(held?.quantity)).toBe(bought);
  });
});

describe('an OCA group', () => {
  const group = (type: number, name: string): [number, number] => {
    const more = { ocaGroup: name, ocaType: type };
    return [
      place(orderOf('BUY', OrderType.LMT, { lmtPrice: 120, ...more })),
      place(orderOf('BUY', OrderType.LMT, { lmtPrice: 115, ...more })),
    ];
  };

  test.each([1, 2, 3])('of type %i is over with the whole fill of one', async (type) => {
    const [first, second] = group(type, `whole-${type}`);
    await client.status(second, 'Submitted');
    await moveTo('120.00');
    await client.status(first, 'Filled');
    await client.status(second, 'Cancelled');
  });

  test('that one order has filled takes no other', async () => {
    const more = { ocaGroup: 'used', ocaType: 2 };
    const first = place(orderOf('BUY', OrderType.LMT, { lmtPrice: 131, ...more }));
    await client.status(first, 'Filled');
    const second = place(orderOf('BUY', OrderType.LMT, { lmtPrice: 131, ...more }));
    await client.status(second, 'Inactive');
    expect(await states(first, second)).toEqual(['Filled', 'Inactive']);
  });

  test.each<[number, string]>([
    [1, 'Cancelled'],
    [2, 'Submitted'],
    [3, 'Submitted'],
  ])('of type %i leaves the others %s after a fill in part', async (type, state) => {
    const [first, second] = group(type, `part-${type}`);
    await client.status(second, 'Submitted');
    await moveTo('120.00', { askSize: 25 });
    await client.seen('orderStatus', (id: number, _s: string, filled: number) => id === first && filled === 25);
    expect(await states(second)).toEqual([state]);
    const other = (await simulator.ledger()).orders.find((one) => one.orderId === second);
    expect(other?.quantity).toBe(type === 1 ? '100' : '75');
    client.ib.reqGlobalCancel({ manualOrderCancelTime: '' } as never);
    await client.status(first, 'Cancelled');
  });
});
