import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createOrderListing } from '../../db/repositories/order-listing.ts';
import { withIbkrHarness } from '../factories/ibkr-suite.ts';
import type { IbkrHarness } from '../factories/order-harness.ts';
import type { TwsStand } from '../factories/tws-stand.ts';
import { waitFor } from '../factories/wait-for.ts';

const ACCOUNT = 'DU1000001';
const KO = { kind: 'stock', symbol: 'KO' } as const;

let tws: TwsStand;
let harness: IbkrHarness;
let accountId: string;
withIbkrHarness((started) => {
  harness = started;
  ({ tws, accountId } = started);
});

async function reconcile() {
  const { reconciled, failed } = await harness.folios.reconcileBroker({ account: accountId }, randomUUID());
  expect(failed).toEqual([]);
  const [only] = reconciled;
  if (!only) throw new Error('no account was reconciled');
  return only;
}

const positions = async () =>
  (await harness.services.portfolio.listPositions(accountId)).map(({ ticker, quantity }) => `${ticker} ${quantity}`);

test('books that begin with what the broker holds agree with it, also after orders of ours', async () => {
  const cash = (await tws.ledger()).cash[ACCOUNT];
  expect((await harness.services.portfolio.balances(accountId)).get('cash')).toBe(cash);
  const order = { tradable: KO, side: 'BUY', quantity: '10', type: 'MARKET', timeInForce: 'DAY' } as const;
  const ticket = { kind: 'single', order } as const;
  await (await harness.folios.startTicket({ ticketId: randomUUID(), accountId, ticket })).result();
  expect(await reconcile()).toMatchObject({ differences: [], adopted: [], external: [], paused: false });
  expect(await positions()).toEqual(['KO 10']);
});

test('an order made by hand at the broker is adopted as external, and closes what we hold', async () => {
  await tws.control('hand-orders', { account: ACCOUNT, symbol: 'KO', action: 'SELL', quantity: 10 });
  const { differences, adopted, paused } = await reconcile();
  expect({ differences, paused }).toEqual({ differences: [], paused: false });
  expect(adopted).toMatchObject([{ state: 'FILLED', filledQuantity: '10' }]);
  expect(await positions()).toEqual([]);
  const [order] = await createOrderListing(harness.services.db).listOrders({ accountId, limit: 1 });
  expect(order).toMatchObject({ role: 'external', side: 'SELL', state: 'FILLED' });
  expect(await reconcile()).toMatchObject({ adopted: [], differences: [] });
  expect(await harness.services.portfolio.listUnbalanced()).toEqual([]);
});

test('a difference that nothing explains pauses the account, says which, and denies the next order', async () => {
  const at = new Date();
  const order = {
    tradable: KO,
    side: 'BUY',
    quantity: '3',
    type: 'LIMIT',
    timeInForce: 'GTC',
    limitPrice: '45',
  } as const;
  const ticketId = randomUUID();
  await harness.folios.startTicket({ ticketId, accountId, ticket: { kind: 'single', order } });
  const orderRef = `${ticketId}/1`;
  await waitFor('the order works', async () =>
    (await harness.folios.ticketView(ticketId)).orders.some(({ state }) => state === 'ACCEPTED'),
  );
  // Something that the broker never did.
  await harness.services.journal.record(
    accountId,
    [
      {
        ...{ kind: 'execution', key: 'phantom', execId: 'phantom', orderRef, brokerOrderId: null, at },
        ...{ correctsExecId: null, instrument: KO, side: 'BUY', quantity: '3', price: '45' },
      },
    ],
    at,
  );
  const found = await reconcile();
  expect(found.paused).toBe(true);
  expect(found.differences.map(({ kind, what }) => `${kind} ${what}`)).toEqual(
    expect.arrayContaining(['position KO', 'cash cash']),
  );
  const restriction = await harness.services.tradingSwitch.restrictionOf(accountId);
  expect(restriction).toMatchObject({ mode: 'paused', by: 'reconcileBroker' });
  expect(restriction?.reason).toContain('position KO: 3 here, 0 at the broker');
  const alerts = (await harness.services.alerts.list({ limit: 100 })).filter((alert) => alert.accountId === accountId);
  expect(alerts.map(({ kind, severity }) => `${severity} ${kind}`)).toEqual(
    expect.arrayContaining(['critical books_differ', 'critical switch_turned']),
  );
});

test('an unknown account is an input that is not valid', async () => {
  await expect(harness.folios.reconcileBroker({ account: 'nobody' }, randomUUID())).rejects.toMatchObject({
    cause: { type: 'INPUT_INVALID' },
  });
});
