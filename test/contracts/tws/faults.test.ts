import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Execution, OrderType } from '@stoqey/ib';
import { orderOf, type RunningSimulator, startSimulator, stock } from './running-simulator.ts';
import type { StoqeyClient } from './stoqey-client.ts';

const market = (ref: string) => orderOf('BUY', OrderType.MKT, { totalQuantity: 1, orderRef: ref });
const waiting = (ref: string) => orderOf('BUY', OrderType.LMT, { totalQuantity: 1, lmtPrice: 1, orderRef: ref });

describe('a fault', () => {
  let simulator: RunningSimulator;
  let lastOrderId = 0;
  let lastClientId = 100;
  let client: StoqeyClient;
  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.stop());
  afterEach(() => simulator.control('faults', undefined, 'DELETE'));

  const fresh = async (): Promise<StoqeyClient> => {
    lastClientId += 1;
    client = await simulator.client(lastClientId);
    client.mark();
    return client;
  };
  const place = (order: ReturnType<typeof market>): number => {
    lastOrderId += 1;
    client.ib.placeOrder(lastOrderId, stock('AAPL'), order);
    return lastOrderId;
  };
  const known = async (ref: string) => (await simulator.ledger()).orders.filter((one) => one.orderRef === ref);

  test('breaks the connection before a message took effect: the ledger has no order', async () => {
    await fresh();
    await simulator.control('faults', { fault: 'disconnect_before', on: 'placeOrder', match: 'before/1' });
    place(market('before/1'));
    await client.seen('disconnected');
    expect(await known('before/1')).toEqual([]);
  });

  test('breaks it after a message took effect but before the answer: the order is there, and nobody was told', async () => {
    await fresh();
    await simulator.control('faults', { fault: 'disconnect_after', on: 'placeOrder', match: 'after/1' });
    place(market('after/1'));
    await client.seen('disconnected');
    expect(client.names()).not.toContain('openOrder');
    expect(await known('after/1')).toMatchObject([{ status: 'Filled' }]);
    const again = await fresh();
    again.ib.reqExecutions(1_000_000, {});
    await again.seen('execDetails', (_id: number, _c: object, one: Execution) => one.orderRef === 'after/1');
  });

  test.each(['before', 'after'])('leaves the socket half open %s the message took effect', async (when) => {
    await fresh();
    await simulator.control('faults', { fault: 'half_open', on: 'placeOrder', when, match: `half/${when}` });
    place(market(`half/${when}`));
    await simulator.control('price', { symbol: 'KO', last: '50' });
    const { connections } = (await simulator.control('state', undefined, 'GET')) as {
      connections: { clientId: number; isSilent: boolean }[];
    };
    const silent = connections.find((one) => one.clientId === lastClientId);
    expect(silent?.isSilent).toBe(true);
    expect(client.names()).toEqual([]);
    expect(await known(`half/${when}`)).toHaveLength(when === 'before' ? 0 : 1);
  });

  test('drops, doubles or turns round what is told, and the ledger has it all the same', async () => {
    await fresh();
    await simulator.control('faults', { fault: 'drop', event: 'execDetails', match: 'events/1' });
    await simulator.control('faults', { fault: 'duplicate', event: 'orderStatus' });
    const first = place(market('events/1'));
    await client.seen('commissionReport');
    expect(client.names()).not.toContain('execDetails');
    expect(client.statuses(first)).toEqual(['Submitted', 'Submitted', 'Filled']);
    client.mark();
    await simulator.control('faults', { fault: 'reorder', event: 'openOrder' });
    const second = place(market('events/2'));
    await client.status(second, 'Submitted');
    expect(client.statuses(second)).toEqual(['Filled', 'Submitted']);
    expect(await known('events/1')).toMatchObject([{ status: 'Filled' }]);
  });

  test('holds events or a whole answer back', async () => {
    await fresh();
    await simulator.control('faults', { fault: 'delay', event: 'execDetails', delayMs: 150 });
    place(market('delay/1'));
    await client.seen('execDetails');
    expect(client.names().indexOf('execDetails')).toBeGreaterThan(client.names().indexOf('commissionReport'));
    client.mark();
    await simulator.control('faults', { fault: 'slow_ack', on: 'placeOrder', delayMs: 150 });
    const slow = place(waiting('delay/2'));
    client.ib.reqCurrentTime();
    await client.seen('currentTime');
    expect(client.statuses(slow)).toEqual([]);
    expect(await known('delay/2')).toHaveLength(1);
    await client.status(slow, 'Submitted');
  });

  test.each(['Inactive', 'Cancelled'] as const)('rejects an order with 201 and the status %s', async (as) => {
    await fresh();
    await simulator.control('faults', { fault: 'reject', as, match: `reject/${as}` });
    const id = place(market(`reject/${as}`));
    expect((await client.error(201)).id).toBe(id);
    await client.status(id, as);
    expect(await known(`reject/${as}`)).toMatchObject([{ filled: '0', status: as }]);
  });

  test('fills in parts, that go on with the next price', async () => {
    await fresh();
    await simulator.control('fills', { quantity: 3, times: 1 });
    const id = place(orderOf('BUY', OrderType.MKT, { totalQuantity: 10, orderRef: 'parts/1' }));
    await client.seen('orderStatus', (order: number, _s: string, filled: number) => order === id && filled === 3);
    await simulator.control('price', { symbol: 'AAPL', bid: '130', ask: '130.01' });
    await client.status(id, 'Filled');
  });

  test('tells an execution that its books do not have, with the ids of the order that it names', async () => {
    await fresh();
    const id = place(waiting('stray/1'));
    await client.status(id, 'Submitted');
    const before = await simulator.ledger();
    const stray = { symbol: 'AAPL', action: 'BUY', quantity: 2, price: '1' };
    await simulator.control('stray-executions', { ...stray, orderRef: 'stray/1', execId: 'stray.1' });
    await simulator.control('stray-executions', { ...stray, orderRef: 'nobody/1' });
    const told = (ref: string) =>
      client.seen('execDetails', (_id: number, _c: object, one: Execution) => one.orderRef === ref);
    expect((await told('stray/1'))[2]).toMatchObject({ orderId: id, execId: 'stray.1', shares: 2, side: 'BOT' });
    expect((await told('nobody/1'))[2]).toMatchObject({ orderId: 0 });
    expect(await simulator.ledger()).toEqual(before);
  });

  test('cuts TWS off: what happens meanwhile is not told, and the order ids go back where a gateway forgets them', async () => {
    await fresh();
    const id = place(orderOf('BUY', OrderType.LMT, { totalQuantity: 1, lmtPrice: 120 }));
    await client.status(id, 'Submitted');
    client.mark();
    await simulator.control('connectivity', { code: 1100 });
    await client.seen('info', (_text: string, code: number) => code === 1100);
    await simulator.control('price', { symbol: 'AAPL', last: '119' });
    const refused = place(market('cut/1'));
    expect((await client.error(1100)).id).toBe(refused);
    await simulator.control('connectivity', { code: 1102 });
    await client.seen('info', (_text: string, code: number) => code === 1102);
    expect(client.names()).not.toContain('execDetails');
    client.ib.reqExecutions(1_000_001, {});
    await client.seen('execDetails', (_id: number, _c: object, one: Execution) => one.orderId === id);
    await simulator.control('next-order-id', { back: 5 });
    client.mark();
    client.ib.reqIds();
    expect(Number((await client.seen('nextValidId'))[0])).toBeLessThan(id);
    client.ib.placeOrder(id, stock('AAPL'), orderOf('SELL', OrderType.MKT));
    await client.error(103);
  });

  test('of pacing ends the session with error 100, and the message had no effect', async () => {
    await fresh();
    await simulator.control('faults', { fault: 'pacing_violation', on: 'placeOrder' });
    place(market('pacing/1'));
    await client.seen('info', (_text: string, code: number) => code === 100);
    await client.seen('disconnected');
    expect(await known('pacing/1')).toEqual([]);
  });

  test('hits at once the connections that are named', async () => {
    const other = await fresh();
    await fresh();
    expect(await simulator.control('connections', { action: 'disconnect', clientId: lastClientId - 1 })).toEqual({
      connections: 1,
    });
    await other.seen('disconnected');
    client.ib.reqCurrentTime();
    await client.seen('currentTime');
  });

  test('that nobody knows, or a control request that is none, is a clear error', async () => {
    await expect(simulator.control('faults', { fault: 'fire' })).rejects.toThrow(/400/);
    await expect(simulator.control('price', { symbol: 'AAPL' })).rejects.toThrow(/needs a price/);
    await expect(simulator.control('price', { symbol: 'AAPL', last: 'NaN' })).rejects.toThrow(/must be a decimal/);
  });
});

describe('the simulator', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'folios-tws-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('has after a restart every order, execution, position, price and id that it had before', async () => {
    const stateFile = join(folder, 'state.jsonl');
    const first = await startSimulator({ stateFile });
    const client = await first.client(1);
    client.ib.placeOrder(1, stock('AAPL'), market('kept/1'));
    await client.status(1, 'Filled');
    client.ib.placeOrder(2, stock('AAPL'), waiting('kept/2'));
    await client.status(2, 'Submitted');
    await first.control('price', { symbol: 'KO', last: '44' });
    const before = await first.ledger();
    await first.stop();

    const second = await startSimulator({ stateFile, seed: 8 });
    expect(await second.ledger()).toEqual(before);
    const again = await second.client(1);
    expect((await again.seen('nextValidId'))[0]).toBe(3);
    again.ib.reqOpenOrders();
    await again.seen('openOrder', (id: number) => id === 2);
    await second.control('price', { symbol: 'AAPL', last: '1' });
    await again.status(2, 'Filled');
    const fills = (await second.ledger()).executions.map((one) => one.execId);
    expect(new Set(fills).size).toBe(2);
    await second.stop();
  });

  test('ends the orders of the day with the day and keeps those that stay', async () => {
    const simulator = await startSimulator();
    const client = await simulator.client(1);
    client.ib.placeOrder(1, stock('AAPL'), waiting('day/1'));
    client.ib.placeOrder(2, stock('AAPL'), { ...waiting('day/2'), tif: 'GTC' as never });
    await client.status(2, 'Submitted');
    await simulator.control('day', { day: '2021-01-05' });
    await client.status(1, 'Cancelled');
    expect((await simulator.ledger()).orders.map((one) => one.status)).toEqual(['Cancelled', 'Submitted']);
    await simulator.control('reset');
    expect(await simulator.ledger()).toMatchObject({ orders: [], executions: [], positions: [], day: '2021-01-04' });
    await simulator.stop();
  });

  test('on a port that is taken says which variable sets another', async () => {
    const simulator = await startSimulator();
    await expect(startSimulator({ port: simulator.port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      details: { variable: 'FOLIOS_TWS_EMULATOR_PORT' },
    });
    await simulator.stop();
  });
});
