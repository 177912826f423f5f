import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createOrderJournal } from '../../../db/repositories/order-journal.ts';
import { createOrderListing } from '../../../db/repositories/order-listing.ts';
import type { OrderJournal } from '../../../src/ports/order-journal.ts';
import type { OrderListing } from '../../../src/ports/order-listing.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { openTicket } from './fixtures.ts';
import {
  KO,
  newTicket,
  openPaperAccount,
  optionOn,
  orderSpec,
  RATIO_SPREAD,
  singleOf,
  submittedOrder,
} from './order-fixtures.ts';

describe('the listing of orders', () => {
  let database: TestDatabase;
  let journal: OrderJournal;
  let listing: OrderListing;
  beforeAll(async () => {
    database = await createTestDatabase();
    journal = createOrderJournal(database.db);
    listing = createOrderListing(database.db);
  });
  afterAll(() => database.drop());

  test('shows a research order as what it is: a market order of a share, for the day', async () => {
    const { account, ticket, order } = await openTicket(database.db);
    expect(await listing.listOrders({ accountId: account.accountId })).toMatchObject([
      {
        ...{ orderId: order.orderId, taskId: ticket.taskId, tradable: KO, type: 'MARKET', timeInForce: 'DAY' },
        ...{ role: 'single', limitPrice: null, state: 'PENDING', marketDate: order.marketDate },
      },
    ]);
  });

  test('shows a bracket in the order of placing, with roles, prices and whose exit it is', async () => {
    const { accountId } = await openPaperAccount(database.db);
    const ticket = newTicket(accountId, {
      kind: 'bracket',
      entry: orderSpec(),
      takeProfit: { limitPrice: '66', timeInForce: 'GTC' },
      stopLoss: { type: 'TRAILING_STOP', trailPercent: '2.5', timeInForce: 'GTC' },
    });
    await journal.journalTicket(ticket);
    const orders = await listing.listOrders({ ticketId: ticket.ticketId });
    expect(orders).toMatchObject([
      { role: 'entry', taskId: null, side: 'BUY', limitPrice: '60', parentRef: null },
      { role: 'take_profit', side: 'SELL', limitPrice: '66', parentRef: `${ticket.ticketId}/1`, timeInForce: 'GTC' },
      { role: 'stop_loss', type: 'TRAILING_STOP', trailPercent: '2.5', limitPrice: null },
    ]);
  });

  test('finds options and combinations by the symbol that they are on', async () => {
    const { accountId } = await openPaperAccount(database.db);
    const option = optionOn('60');
    await journal.journalTicket(newTicket(accountId, singleOf({ tradable: option, limitPrice: '1.50' })));
    await journal.journalTicket(newTicket(accountId, singleOf({ tradable: RATIO_SPREAD, limitPrice: '-0.50' })));
    const found = await listing.listOrders({ accountId, symbol: 'KO' });
    expect(found.map(({ tradable }) => tradable)).toEqual(expect.arrayContaining([option, RATIO_SPREAD]));
    expect(await listing.listOrders({ accountId, symbol: 'PEP' })).toEqual([]);
  });

  test('finds orders by several states, newest first, and no more than asked for', async () => {
    const { accountId } = await openPaperAccount(database.db);
    const submitted = await submittedOrder(journal, accountId);
    await journal.journalTicket(newTicket(accountId, singleOf(), { denial: 'no cash' }));
    await journal.journalTicket(newTicket(accountId, singleOf()));
    const states = ['SUBMITTED', 'DENIED'] as const;
    expect((await listing.listOrders({ accountId, states })).map(({ state }) => state).sort()).toEqual(
      [...states].sort(),
    );
    expect(await listing.listOrders({ accountId, states, limit: 1 })).toHaveLength(1);
    expect(await listing.listOrders({ accountId, states: ['SUBMITTED'] })).toMatchObject([{ orderRef: submitted }]);
  });

  test('finds an order by the beginning of its own or its ticket’s id, and nothing by what no id can begin with', async () => {
    const { accountId } = await openPaperAccount(database.db);
    const orderRef = await submittedOrder(journal, accountId);
    const [order] = await listing.listOrders({ accountId });
    for (const id of [order?.orderId ?? '', order?.ticketId ?? '']) {
      for (const length of [8, 13, 14, 36]) {
        const found = await listing.listOrders({ idPrefix: id.slice(0, length) });
        expect(found.map((one) => one.orderRef)).toEqual([orderRef]);
      }
    }
    for (const idPrefix of ['--------', 'zzzzzzzz', `${order?.orderId}0`, "0' or '1'='1", '%']) {
      expect(await listing.listOrders({ idPrefix })).toEqual([]);
    }
    expect(await listing.listOrders({ accountId: 'nobody' })).toEqual([]);
  });
});
