import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { dec } from '../../src/domain/money/decimal.ts';
import type { BracketTicket, SingleTicket, TicketSpec } from '../../src/domain/orders/ticket.ts';
import { withIbkrHarness } from '../factories/ibkr-suite.ts';
import type { IbkrHarness } from '../factories/order-harness.ts';
import type { TwsStand } from '../factories/tws-stand.ts';
import { waitFor } from '../factories/wait-for.ts';

const KO = { kind: 'stock', symbol: 'KO' } as const;

let tws: TwsStand;
let harness: IbkrHarness;
let accountId: string;
withIbkrHarness((started) => {
  harness = started;
  ({ tws, accountId } = started);
});

/** The simulator's own orders of a ticket. */
async function ordersAtBroker(ticketId: string) {
  return (await tws.ledger()).orders.filter(({ orderRef }) => orderRef.startsWith(ticketId));
}

async function start(ticket: TicketSpec) {
  const ticketId = randomUUID();
  const handle = await harness.folios.startTicket({ ticketId, accountId, ticket });
  return { ticketId, handle, ref: (n: number) => `${ticketId}/${n}` };
}

let nextQuantity = 1;
/** Every order with a size of its own, so that none is taken for the same intent again. */
function buy(): SingleTicket {
  const quantity = String(nextQuantity++);
  return { kind: 'single', order: { tradable: KO, side: 'BUY', quantity, type: 'MARKET', timeInForce: 'DAY' } };
}

const executionsOf = async (ref: string) =>
  (await harness.services.journal.timeline(ref)).filter(({ kind }) => kind === 'execution');

test('an order fills at Interactive Brokers and is booked with its commission', async () => {
  const { ticketId, handle, ref } = await start(buy());
  expect((await handle.result()).orders).toMatchObject([{ state: 'FILLED' }]);
  expect(await ordersAtBroker(ticketId)).toHaveLength(1);
  await waitFor('the commission is booked', async () =>
    (await harness.services.journal.timeline(ref(1))).some(({ kind }) => kind === 'commission'),
  );
  expect(await harness.services.portfolio.listUnbalanced()).toEqual([]);
});

describe('a submit whose answer never came', () => {
  test.each([
    ['disconnect_after', 1],
    ['disconnect_before', 2],
  ] as const)(
    '%s: the broker is asked, and there is one order, filled once',
    async (fault, submissions) => {
      await tws.control('faults', { fault, on: 'placeOrder' });
      const { ticketId, handle, ref } = await start(buy());
      expect((await handle.result()).orders).toMatchObject([{ state: 'FILLED' }]);
      expect(await ordersAtBroker(ticketId)).toHaveLength(1);
      expect(await executionsOf(ref(1))).toHaveLength(1);
      const ticket = await harness.services.journal.findTicket(ticketId);
      expect(ticket?.orders[0]?.submissions).toBe(submissions);
    },
    40_000,
  );
});

test('a bracket lives at the broker: the profit is taken, and the stop is cancelled with it', async () => {
  const { order } = buy();
  const bracket: BracketTicket = {
    kind: 'bracket',
    entry: order,
    takeProfit: { limitPrice: '70', timeInForce: 'GTC' },
    stopLoss: { type: 'STOP', stopPrice: '40', timeInForce: 'GTC' },
  };
  const { ticketId, handle } = await start(bracket);
  const statesAtBroker = async () => (await ordersAtBroker(ticketId)).map(({ status }) => status);
  await waitFor('the entry has filled', async () => (await statesAtBroker())[0] === 'Filled');
  await tws.control('price', { symbol: 'KO', bid: '71', ask: '71.02', last: '71' });
  expect((await handle.result()).orders.map(({ state }) => state)).toEqual(['FILLED', 'FILLED', 'CANCELLED']);
  await tws.control('price', { symbol: 'KO', bid: '54.83', ask: '54.85', last: '54.84' });
}, 40_000);

test('what the broker refuses is rejected with its reason, and the books stay as they are', async () => {
  await tws.control('faults', { fault: 'reject', message: 'Order rejected - reason:No trading permission' });
  const { handle } = await start(buy());
  const [order] = (await handle.result()).orders;
  expect(order).toMatchObject({ state: 'REJECTED', filledQuantity: '0' });
  expect(order?.stateReason).toContain('No trading permission');
});

test('smart pricing changes the working order step by step up to its limit, and cancels it there', async () => {
  const last = (await harness.services.marketData.source('replay').quote('KO', '2020-12-31')).price;
  const above = (dollars: string) => dec(last).plus(dollars).toFixed(2);
  await tws.control('price', { symbol: 'KO', bid: above('5'), ask: above('5.02'), last: above('5') });
  const { order } = buy();
  const { ticketId, handle } = await start({
    kind: 'single',
    order: { ...order, type: 'LIMIT' },
    pricing: { start: 'mid', step: '0.2', everySeconds: 1, limit: above('0.3'), atLimit: 'cancel' },
  });
  expect((await handle.result()).orders).toMatchObject([{ state: 'CANCELLED', filledQuantity: '0' }]);
  const [atBroker] = await ordersAtBroker(ticketId);
  expect(atBroker?.fields.lmtPrice).toBe(above('0.3'));
  expect(atBroker?.status).toBe('Cancelled');
}, 40_000);

test('the exits of a bracket grow with its entry', async () => {
  const last = (await harness.services.marketData.source('replay').quote('KO', '2020-12-31')).price;
  const { order } = buy();
  const limitPrice = dec(last).minus(5).toFixed(2);
  const { ticketId, handle, ref } = await start({
    kind: 'bracket',
    entry: { ...order, quantity: '30', type: 'LIMIT', limitPrice },
    takeProfit: { limitPrice: '90', timeInForce: 'GTC' },
    stopLoss: { type: 'STOP', stopPrice: '40', timeInForce: 'GTC' },
  });
  await waitFor('all of it works', async () => {
    const { orders } = await harness.folios.ticketView(ticketId);
    return orders.length === 3 && orders.every(({ state }) => state === 'ACCEPTED');
  });
  await harness.folios.modifyOrder(ticketId, { orderRef: ref(1), quantity: '45', by: 'ada' });
  expect((await ordersAtBroker(ticketId)).map(({ quantity }) => quantity)).toEqual(['45', '45', '45']);
  await harness.folios.cancelOrders(ticketId, { orderRefs: [ref(1)], reason: 'enough', by: 'ada' });
  expect((await handle.result()).orders.map(({ state }) => state)).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED']);
}, 40_000);
