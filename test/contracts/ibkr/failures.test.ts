import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '../../factories/wait-for.ts';
import { ACCOUNT, CLIENT, newMemory, type Stand, startStand, ticket } from './stand.ts';

let stand: Stand;

beforeAll(async () => {
  stand = await startStand();
});
afterEach(async () => {
  await stand.control('connectivity', { code: 1102 });
  await stand.closeSessions();
  await stand.control('reset', {});
  expect(stand.undecoded).toEqual([]);
});
afterAll(() => stand.close());

const inDoubt = { code: 'BROKER_UNAVAILABLE', effect: 'unknown' };
const notSent = { code: 'BROKER_NOT_READY', effect: 'none' };

describe('a disconnect while an order is placed', () => {
  test.each([
    ['disconnect_before', 0],
    ['disconnect_after', 1],
  ])(
    '%s: the call is in doubt, the statement after the reconnect shows %d order, and nothing is sent again',
    async (fault, live) => {
      const { session, until } = await stand.ready();
      const orders = ticket({ type: 'LIMIT', limitPrice: '50' });
      await stand.control('faults', { fault, on: 'placeOrder' });
      await expect(session.place(ACCOUNT, orders)).rejects.toMatchObject(inDoubt);
      await until('ready');
      const { openOrders } = await session.statement(ACCOUNT);
      expect(openOrders.map(({ orderRef }) => orderRef)).toEqual(live === 1 ? [orders[0]?.orderRef] : []);
      expect((await stand.ledger()).orders).toHaveLength(live);
    },
  );

  test('an order that filled before the connection broke is in the next statement with its execution', async () => {
    const { session, until, reports } = await stand.ready();
    const orders = ticket({ type: 'MARKET' });
    await stand.control('faults', { fault: 'disconnect_after', on: 'placeOrder' });
    await expect(session.place(ACCOUNT, orders)).rejects.toMatchObject(inDoubt);
    await until('ready');
    const statement = await session.statement(ACCOUNT);
    expect(statement.completedOrders).toMatchObject([{ orderRef: orders[0]?.orderRef, brokerStatus: 'Filled' }]);
    expect(statement.reports).toMatchObject([
      { kind: 'execution', orderRef: orders[0]?.orderRef },
      { kind: 'commission' },
    ]);
    expect(reports.some((report) => report.kind === 'execution')).toBe(true);
  });

  test('a bracket cut off before its last order never works', async () => {
    const { session, until } = await stand.ready();
    const orders = ticket(
      { role: 'entry', type: 'MARKET' },
      { role: 'stop_loss', side: 'SELL', type: 'STOP', stopPrice: '58', parentRef: '0' },
    );
    await stand.control('faults', { fault: 'disconnect_before', on: 'placeOrder', match: orders[1]?.orderRef });
    await expect(session.place(ACCOUNT, orders)).rejects.toMatchObject(inDoubt);
    await until('ready');
    expect((await session.statement(ACCOUNT)).positions).toEqual([]);
    await session.cancel(ACCOUNT, orders[0]?.orderRef ?? '');
    await waitFor('the held entry to be gone', async () =>
      (await stand.ledger()).orders.every(({ status }) => status === 'Cancelled'),
    );
  });
});

describe('without a connection', () => {
  test('orders, changes and cancels are refused without effect and are not sent after the reconnect', async () => {
    const { session, until } = await stand.ready();
    const orders = ticket({ type: 'LIMIT', limitPrice: '50' });
    await session.place(ACCOUNT, orders);
    await stand.control('connections', { action: 'disconnect', clientId: CLIENT });
    await until('connecting');
    const late = ticket({});
    await expect(session.place(ACCOUNT, late)).rejects.toMatchObject(notSent);
    await expect(session.modify(ACCOUNT, orders[0]?.orderRef ?? '', { quantity: '20' })).rejects.toMatchObject(notSent);
    await expect(session.cancel(ACCOUNT, orders[0]?.orderRef ?? '')).rejects.toMatchObject(notSent);
    await expect(session.statement(ACCOUNT)).rejects.toMatchObject(notSent);
    await until('ready');
    const { openOrders } = await session.statement(ACCOUNT);
    expect(openOrders).toMatchObject([{ orderRef: orders[0]?.orderRef, quantity: '10' }]);
    expect((await stand.ledger()).orders).toHaveLength(1);
  });

  test('a closed session takes nothing and does not come back', async () => {
    const { session, states } = await stand.ready();
    await session.close();
    await expect(session.place(ACCOUNT, ticket({}))).rejects.toMatchObject(notSent);
    expect(states).toEqual(['connecting', 'ready', 'closed']);
  });

  test('a gateway that is not there is tried again without end', async () => {
    const { session } = await stand.ready();
    expect(session.state).toBe('ready');
    const silent = await listenSilently();
    const { states } = stand.open({ port: silent.port, patience: { connectMs: 100 } });
    await waitFor('a second attempt', async () => silent.accepted() >= 2);
    expect(states).toEqual(['connecting']);
    await stand.closeSessions();
    silent.close();
  });
});

describe('a change while the connection breaks', () => {
  test.each([
    ['disconnect_before', '50'],
    ['disconnect_after', '51'],
  ])('%s: it is in doubt, and there is still one live order', async (fault, limitPrice) => {
    const { session, until } = await stand.ready();
    const orders = ticket({ type: 'LIMIT', limitPrice: '50' });
    await session.place(ACCOUNT, orders);
    await stand.control('faults', { fault, on: 'placeOrder' });
    await expect(session.modify(ACCOUNT, orders[0]?.orderRef ?? '', { limitPrice: '51' })).rejects.toMatchObject(
      inDoubt,
    );
    await until('ready');
    expect((await stand.ledger()).orders).toMatchObject([{ fields: { lmtPrice: limitPrice } }]);
  });

  test('a cancel is in doubt too, and may be asked for again', async () => {
    const { session, until, events } = await stand.ready();
    const orders = ticket({ type: 'LIMIT', limitPrice: '50' });
    const orderRef = orders[0]?.orderRef ?? '';
    await session.place(ACCOUNT, orders);
    await stand.control('faults', { fault: 'disconnect_before', on: 'cancelOrder' });
    await expect(session.cancel(ACCOUNT, orderRef)).rejects.toMatchObject(inDoubt);
    await until('ready');
    await session.cancel(ACCOUNT, orderRef);
    await waitFor('the cancel', async () => events(orderRef).includes('cancel'));
  });
});

describe('silence', () => {
  test('a half-open socket is noticed by the heartbeat, and a new connection takes its place', async () => {
    const { session, until, states } = await stand.ready({ patience: { heartbeatMs: 100, heartbeatDeadlineMs: 200 } });
    await stand.control('connections', { action: 'half_open', clientId: CLIENT });
    await until('connecting');
    await until('ready');
    expect(states).toEqual(['connecting', 'ready', 'connecting', 'ready']);
    await session.place(ACCOUNT, ticket({}));
  });

  test('an order that nobody answers is in doubt', async () => {
    const { session } = await stand.ready({ patience: { answerMs: 300 } });
    await stand.control('faults', { fault: 'half_open', on: 'placeOrder', when: 'after' });
    await expect(session.place(ACCOUNT, ticket({ type: 'LIMIT', limitPrice: '50' }))).rejects.toMatchObject(inDoubt);
    expect((await stand.ledger()).orders).toHaveLength(1);
  });

  test('a statement of which a part stays out is none', async () => {
    const { session } = await stand.ready({ patience: { questionMs: 300 } });
    await stand.control('faults', { fault: 'half_open', on: 'executions' });
    await expect(session.statement(ACCOUNT)).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE', effect: 'none' });
  });

  test('events in the opposite order say the same', async () => {
    const { session, reports, events } = await stand.ready();
    await stand.control('faults', { fault: 'reorder', event: 'execDetails', times: 10 });
    const orders = ticket({});
    await session.place(ACCOUNT, orders);
    await waitFor('all reports', async () => reports.some(({ kind }) => kind === 'execution'));
    expect(reports.some(({ kind }) => kind === 'commission')).toBe(true);
    expect(events(orders[0]?.orderRef ?? '')).toContain('fill');
    expect((await session.statement(ACCOUNT)).openOrders).toEqual([]);
  });

  test('lost and repeated events leave one report of each kind', async () => {
    const { session, reports, events } = await stand.ready();
    await stand.control('faults', { fault: 'drop', event: 'orderStatus' });
    await stand.control('faults', { fault: 'duplicate', event: 'execDetails' });
    const orders = ticket({ type: 'LIMIT', limitPrice: '50' });
    const orderRef = orders[0]?.orderRef ?? '';
    await session.place(ACCOUNT, orders);
    await waitFor('the acceptance', async () => events(orderRef).includes('accept'));
    await stand.control('price', { symbol: 'KO', bid: '49.98', ask: '49.99' });
    await waitFor('the fill', async () => events(orderRef).includes('fill'));
    const keys = new Set(reports.filter(({ kind }) => kind === 'execution').map(({ key }) => key));
    expect(keys.size).toBe(1);
  });
});

describe('a gateway without its broker', () => {
  test('takes no orders, and is ready again only when what was missed has been asked for', async () => {
    const { session, until, reports } = await stand.ready();
    const orders = ticket({ type: 'LIMIT', limitPrice: '55' });
    await session.place(ACCOUNT, orders);
    await stand.control('connectivity', { code: 1100 });
    await until('broker_unreachable');
    await expect(session.place(ACCOUNT, ticket({}))).rejects.toMatchObject(notSent);
    await stand.control('price', { symbol: 'KO', bid: '54', ask: '54.01' });
    await stand.control('connectivity', { code: 1101 });
    await until('ready');
    expect(reports.filter(({ kind }) => kind === 'execution')).toHaveLength(1);
  });
});

test('a gateway that is without its broker when we connect takes no orders either', async () => {
  await stand.control('connectivity', { code: 1100 });
  const { session, until } = stand.open();
  await until('broker_unreachable');
  await expect(session.place(ACCOUNT, ticket({}))).rejects.toMatchObject(notSent);
  await stand.control('connectivity', { code: 1102 });
  await until('ready');
});

test('a gateway that does not manage our account never makes the session ready', async () => {
  const { session } = stand.open({ accounts: [ACCOUNT, 'U999'] });
  await waitFor('the reason', async () => {
    const message = await session.statement(ACCOUNT).catch((error: Error) => error.message);
    return String(message).includes('does not manage account U999');
  });
  expect(session.state).toBe('connecting');
});

test('a pacing violation ends the connection: the order is in doubt, and the session comes back', async () => {
  const { session, until } = await stand.ready();
  await stand.control('faults', { fault: 'pacing_violation', on: 'placeOrder' });
  await expect(session.place(ACCOUNT, ticket({ type: 'LIMIT', limitPrice: '50' }))).rejects.toMatchObject(inDoubt);
  await until('ready');
  expect((await session.statement(ACCOUNT)).openOrders).toEqual([]);
});

describe('ids', () => {
  test('a second session with the same client id is refused by name and gets in when the first ends', async () => {
    const first = await stand.ready();
    const second = stand.open();
    await waitFor('the conflict', async () => {
      const failure = await second.session.place(ACCOUNT, ticket({})).catch((error: { code: string }) => error.code);
      return failure === 'BROKER_SESSION_CONFLICT';
    });
    await expect(second.session.place(ACCOUNT, ticket({}))).rejects.toMatchObject({ effect: 'none', brokerCode: 326 });
    expect(first.session.state).toBe('ready');
    await first.session.close();
    await second.until('ready');
  });

  test('a gateway that hands out ids again after a restart gets none twice', async () => {
    const memory = newMemory();
    const first = await stand.ready({ memory });
    await first.session.place(ACCOUNT, ticket({}));
    await first.session.place(ACCOUNT, ticket({}));
    await first.session.close();
    await stand.control('next-order-id', { to: 1 });
    const second = await stand.ready({ memory });
    await second.session.place(ACCOUNT, ticket({}));
    const ids = (await stand.ledger()).orders.map(({ orderId }) => orderId);
    expect(new Set(ids).size).toBe(3);
    expect(Math.max(...ids)).toBeLessThanOrEqual(memory.highest);
  });

  test('ids that cannot be written down are not used: nothing is sent', async () => {
    const memory = newMemory();
    const { session } = await stand.ready({ memory });
    Object.freeze(memory);
    await expect(session.place(ACCOUNT, ticket({}))).rejects.toMatchObject(notSent);
    expect((await stand.ledger()).orders).toEqual([]);
  });

  test("another client's order is seen but not touched", async () => {
    const other = await stand.ready({ clientId: 12, memory: newMemory() });
    const orders = ticket({ type: 'LIMIT', limitPrice: '50' });
    await other.session.place(ACCOUNT, orders);
    const { session } = await stand.ready({ memory: newMemory() });
    expect((await session.statement(ACCOUNT)).openOrders).toMatchObject([{ orderRef: orders[0]?.orderRef }]);
    await expect(session.cancel(ACCOUNT, orders[0]?.orderRef ?? '')).rejects.toMatchObject({
      ...{ code: 'BROKER_REJECTED', effect: 'none' },
    });
  });
});

test('a hundred questions at once do not break the limit of the gateway, and a cancel does not wait for them', async () => {
  const { session, events } = await stand.ready();
  const orders = ticket({ type: 'LIMIT', limitPrice: '50' });
  const orderRef = orders[0]?.orderRef ?? '';
  await session.place(ACCOUNT, orders);
  const statements = Promise.all(Array.from({ length: 15 }, () => session.statement(ACCOUNT)));
  await session.cancel(ACCOUNT, orderRef);
  await waitFor('the cancel', async () => events(orderRef).includes('cancel'));
  expect(await statements).toHaveLength(15);
  expect(session.state).toBe('ready');
});

async function listenSilently(): Promise<{ port: number; accepted: () => number; close: () => void }> {
  let count = 0;
  const server: Server = createServer((socket) => {
    count += 1;
    socket.on('error', () => undefined);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    accepted: () => count,
    close: () => void server.close(),
  };
}
