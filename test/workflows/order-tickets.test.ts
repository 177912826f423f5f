import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SingleTicket, TicketSpec } from '../../src/domain/orders/ticket.ts';
import { type OrderHarness, startOrderHarness } from '../factories/order-harness.ts';
import { waitFor } from '../factories/wait-for.ts';

let harness: OrderHarness;
beforeAll(async () => {
  harness = await startOrderHarness();
}, 90_000);
afterAll(() => harness?.close());

const KO = { kind: 'stock', symbol: 'KO' } as const;
const BUY: SingleTicket = {
  kind: 'single',
  order: { tradable: KO, side: 'BUY', quantity: '10', type: 'MARKET', timeInForce: 'DAY' },
};

function limit(price: string): SingleTicket {
  return { kind: 'single', order: { ...BUY.order, type: 'LIMIT', timeInForce: 'GTC', limitPrice: price } };
}

/** Starts a ticket on a new account. */
async function start(ticket: TicketSpec) {
  const { accountId } = await harness.openAccount();
  const ticketId = randomUUID();
  const handle = await harness.folios.startTicket({ ticketId, accountId, ticket });
  return { accountId, ticketId, handle, ref: (n: number) => `${ticketId}/${n}` };
}

async function untilState(ticketId: string, ref: string, state: string): Promise<void> {
  const stateOf = async () =>
    (await harness.folios.ticketView(ticketId)).orders.find((one) => one.orderRef === ref)?.state;
  await waitFor(`order ${ref} is ${state}`, async () => (await stateOf()) === state);
}

describe('a single order', () => {
  test('is journaled, gated, submitted, filled and booked, and its life can be read', async () => {
    const { accountId, handle, ref } = await start(BUY);
    const settled = await handle.result();
    expect(settled.orders).toMatchObject([{ orderRef: ref(1), state: 'FILLED', filledQuantity: '10' }]);
    const { journal, portfolio } = harness.services;
    const kinds = (await journal.timeline(ref(1))).map(({ kind }) => kind);
    expect(kinds.slice(0, 3)).toEqual(['intent', 'gate', 'submission']);
    expect(kinds).toContain('execution');
    expect(kinds).toContain('commission');
    expect(await portfolio.listPositions(accountId)).toMatchObject([{ ticker: 'KO', quantity: '10' }]);
    expect(await portfolio.listUnbalanced()).toEqual([]);
  });

  test('that stands is cancelled by a person, and the ticket ends', async () => {
    const { ticketId, handle, ref } = await start(limit('45'));
    await untilState(ticketId, ref(1), 'ACCEPTED');
    await harness.folios.cancelOrders(ticketId, { orderRefs: null, reason: 'changed my mind', by: 'ada' });
    expect((await handle.result()).orders).toMatchObject([{ state: 'CANCELLED', filledQuantity: '0' }]);
  });

  test('is changed in place', async () => {
    const { ticketId, handle, ref } = await start(limit('45'));
    await untilState(ticketId, ref(1), 'ACCEPTED');
    await harness.folios.modifyOrder(ticketId, { orderRef: ref(1), limitPrice: '60', by: 'ada' });
    expect((await handle.result()).orders).toMatchObject([{ state: 'FILLED', filledQuantity: '10' }]);
  });

  test('that the gate denies never reaches the broker, and says which limit, its value and the attempted value', async () => {
    const { accountId, handle } = await start({
      kind: 'single',
      order: { ...BUY.order, quantity: '100000' },
    });
    const [order] = (await handle.result()).orders;
    expect(order?.state).toBe('DENIED');
    expect(order?.stateReason).toMatch(/cash is 100,000\.00 USD, and the order needs [\d,]+\.\d\d USD/);
    expect(await harness.services.portfolio.listPositions(accountId)).toEqual([]);
  });

  test('starting the same ticket twice gives one order', async () => {
    const { accountId, ticketId, handle } = await start(BUY);
    await harness.folios.startTicket({ ticketId, accountId, ticket: BUY });
    await handle.result();
    expect(await harness.services.portfolio.listPositions(accountId)).toMatchObject([{ quantity: '10' }]);
  });
});

test('a paused account denies every order, also one that waits for its price', async () => {
  const { accountId } = await harness.openAccount();
  const at = new Date();
  await harness.services.tradingSwitch.set({ accountId, mode: 'paused', reason: 'fire drill', by: 'ada', at });
  const handle = await harness.folios.startTicket({ ticketId: randomUUID(), accountId, ticket: BUY });
  const [order] = (await handle.result()).orders;
  expect(order).toMatchObject({ state: 'DENIED', stateReason: expect.stringContaining('trading mode is paused') });
});

test('a filled bracket leaves its exits working, and cancelling the ticket ends them', async () => {
  const { ticketId, handle, ref } = await start({
    kind: 'bracket',
    entry: BUY.order,
    takeProfit: { limitPrice: '80', timeInForce: 'GTC' },
    stopLoss: { type: 'STOP', stopPrice: '40', timeInForce: 'GTC' },
  });
  await untilState(ticketId, ref(1), 'FILLED');
  await untilState(ticketId, ref(3), 'ACCEPTED');
  await harness.client.workflow.getHandle(`ticket/${ticketId}`).cancel();
  expect((await handle.result()).orders.map(({ state }) => state)).toEqual(['FILLED', 'CANCELLED', 'CANCELLED']);
});

test('smart pricing starts at the middle and walks until the order fills', async () => {
  const { handle, ref } = await start({
    kind: 'single',
    order: { ...BUY.order, type: 'LIMIT' },
    pricing: { start: 'mid', step: '0.01', everySeconds: 1, limit: 'natural', atLimit: 'cancel' },
  });
  expect((await handle.result()).orders).toMatchObject([{ state: 'FILLED' }]);
  const changes = (await harness.services.journal.timeline(ref(1))).filter(({ kind }) => kind === 'note');
  expect(changes.length).toBeGreaterThan(0);
}, 30_000);

test.each([
  ['a fractional quantity', { ...BUY.order, quantity: '1.5' }, 'ticket.order.quantity: must be whole, not 1.5'],
  ['a price off the grid', { ...limit('60.005').order }, 'ticket.order.limitPrice'],
  [
    'an expired option',
    {
      ...BUY.order,
      tradable: {
        kind: 'option',
        symbol: 'KO',
        expiration: '2019-01-18',
        strike: '50',
        right: 'CALL',
        multiplier: '100',
      },
    } as const,
    'ticket.order.tradable.expiration',
  ],
])('%s fails the workflow at once with its path', async (_what, order, problem) => {
  const { accountId, handle } = await start({ kind: 'single', order });
  await expect(handle.result()).rejects.toMatchObject({
    cause: { type: 'ORDER_INVALID', message: expect.stringContaining(problem) },
  });
  expect(await harness.services.portfolio.listPositions(accountId)).toEqual([]);
});

test('a ticket for an account that does not exist, or one of a research strategy, fails readably', async () => {
  const handle = await harness.folios.startTicket({ ticketId: randomUUID(), accountId: randomUUID(), ticket: BUY });
  await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'INPUT_INVALID' } });
});

test('the kill switch turns by signal, in the order of the signals, and names what it cannot do', async () => {
  const { accountId, name } = await harness.openAccount();
  const signalled = (signal: string, input: object) =>
    harness.client.workflow.signalWithStart('tradingMode', {
      ...{ workflowId: 'trading-mode', taskQueue: 'folios', signal, signalArgs: [input] },
    });
  const paused = await signalled('pause', { account: name, reason: 'fire drill', by: 'ada' });
  expect(await paused.result()).toEqual([`paused for ${name}: fire drill (ada)`]);
  const restriction = await harness.services.tradingSwitch.restrictionOf(accountId);
  expect(restriction).toMatchObject({ mode: 'paused', reason: 'fire drill', by: 'ada' });
  await (await signalled('resume', { account: name })).result();
  expect(await harness.services.tradingSwitch.restrictionOf(accountId)).toBeNull();
  await expect((await signalled('pause', { account: 'nobody' })).result()).rejects.toMatchObject({
    cause: { type: 'INPUT_INVALID', message: expect.stringContaining('nobody') },
  });
});
