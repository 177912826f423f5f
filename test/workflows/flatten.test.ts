import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { CliContext } from '../../src/cli/context.ts';
import { dec } from '../../src/domain/money/decimal.ts';
import type { SingleTicket } from '../../src/domain/orders/ticket.ts';
import { flattenAccount } from '../../src/service/flatten-account.ts';
import { withIbkrHarness } from '../factories/ibkr-suite.ts';
import type { IbkrHarness } from '../factories/order-harness.ts';
import { waitFor } from '../factories/wait-for.ts';

let harness: IbkrHarness;
withIbkrHarness((started) => {
  harness = started;
});

const PATIENCE = { looks: 100, intervalMs: 100 };
const KO = { kind: 'stock', symbol: 'KO' } as const;

function market(side: 'BUY' | 'SELL', quantity: string): SingleTicket {
  return { kind: 'single', order: { tradable: KO, side, quantity, type: 'MARKET', timeInForce: 'DAY' } };
}

async function accountAt(broker: 'paper' | 'ibkr') {
  if (broker === 'paper') return harness.openAccount();
  const account = await harness.services.accounts.find(harness.accountId);
  if (!account) throw new Error('the harness has an account at IBKR');
  return account;
}

/** The command's context; `gate` is awaited before each ticket starts. */
function context(gate: () => Promise<void>): CliContext {
  const { folios, services } = harness;
  const startTicket = async (input: never) => {
    await gate();
    return folios.startTicket(input);
  };
  const { journal } = services;
  return { folios: { ...folios, startTicket }, journal, user: 'ada', now: () => new Date() } as unknown as CliContext;
}

describe.each(['paper', 'ibkr'] as const)('two who flatten an account at %s at once', (broker) => {
  test('leave it flat and never short, although both have seen the position and both send a closing order', async () => {
    const account = await accountAt(broker);
    const { accountId } = account;
    const bought = await harness.folios.startTicket({ ticketId: randomUUID(), accountId, ticket: market('BUY', '10') });
    await bought.result();
    let closing = 0;
    const bothHaveSeenIt = async () => {
      closing += 1;
      await waitFor('both are about to close', async () => closing >= 2);
    };
    const shared = context(bothHaveSeenIt);
    const both = await Promise.all([1, 2].map(() => flattenAccount(shared, account, randomUUID, PATIENCE)));
    expect(both.map(({ isFlat }) => isFlat)).toEqual([true, true]);
    const closings = both.flatMap(({ steps }) => steps).flatMap(({ orders }) => orders);
    expect(closings.map(({ state }) => state).sort()).toEqual(['DENIED', 'FILLED']);
    expect(closings.find(({ state }) => state === 'DENIED')?.stateReason).toContain('it may only reduce');
    expect(both.flatMap(({ steps }) => steps).map(({ failure }) => failure)).toEqual([null, null]);
    expect(await harness.services.portfolio.listPositions(accountId)).toEqual([]);
    if (broker === 'ibkr') {
      const held = (await harness.tws.ledger()).positions.filter(({ quantity }) => !dec(quantity).isZero());
      expect(held).toEqual([]);
    }
  }, 40_000);
});

test('a reduce-only ticket opens nothing, however long ago the position was closed', async () => {
  const { accountId } = await accountAt('paper');
  const ticket = { ...market('SELL', '10'), reduceOnly: true };
  const handle = await harness.folios.startTicket({ ticketId: randomUUID(), accountId, ticket });
  const [order] = (await handle.result()).orders;
  expect(order).toMatchObject({ state: 'DENIED', stateReason: expect.stringContaining('it may only reduce') });
});

test('a reduce-only order that stands cannot be changed to more than is held', async () => {
  const { accountId } = await accountAt('paper');
  const start = (ticketId: string, ticket: SingleTicket) => harness.folios.startTicket({ ticketId, accountId, ticket });
  await (await start(randomUUID(), market('BUY', '10'))).result();
  const { order } = market('SELL', '10');
  const ticketId = randomUUID();
  const orderRef = `${ticketId}/1`;
  await start(ticketId, { kind: 'single', order: { ...order, type: 'LIMIT', limitPrice: '58' }, reduceOnly: true });
  await waitFor('the order stands', async () => {
    const { orders } = await harness.folios.ticketView(ticketId);
    return orders[0]?.state === 'ACCEPTED';
  });
  await expect(harness.folios.modifyOrder(ticketId, { orderRef, quantity: '11', by: 'ada' })).rejects.toMatchObject({
    cause: { type: 'ORDER_DENIED', message: expect.stringContaining('it may only reduce') },
  });
  await harness.folios.modifyOrder(ticketId, { orderRef, quantity: '9', by: 'ada' });
  await harness.folios.cancelOrders(ticketId, { orderRefs: null, reason: 'enough', by: 'ada' });
});
