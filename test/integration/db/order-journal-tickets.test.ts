import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { TicketSpec } from '../../../src/domain/orders/ticket.ts';
import type { OrderJournal } from '../../../src/ports/order-journal.ts';
import type { TestDatabase } from '../postgres.ts';
import { MARKET_DATE, NOON, openTicket } from './fixtures.ts';
import {
  executionOf,
  newTicket,
  openPaperAccount,
  orderAt,
  orderSpec,
  pendingOrder,
  RATIO_SPREAD,
  recordIn,
  singleOf,
  statusOf,
  submittedOrder,
  withJournal,
} from './order-fixtures.ts';

const LATER = new Date(NOON.getTime() + 60_000);
const conflict = { name: 'FoliosError', code: 'TICKET_CONFLICT' };
const BRACKET: TicketSpec = {
  kind: 'bracket',
  entry: orderSpec(),
  takeProfit: { limitPrice: '66', timeInForce: 'GTC' },
  stopLoss: { type: 'TRAILING_STOP', trailPercent: '5', timeInForce: 'GTC' },
};

describe('tickets in the journal of orders', () => {
  let database: TestDatabase;
  let journal: OrderJournal;
  let accountId: string;
  withJournal((bench) => {
    ({ database, journal, accountId } = bench);
  });

  describe('a ticket', () => {
    test('is committed with its orders as they were planned, their intents and the gate’s word', async () => {
      const ticket = { ...newTicket(accountId, BRACKET), tradeId: 'trade-1' };
      const { ticketId, spec } = ticket;
      const record = await journal.journalTicket(ticket);
      expect(record).toMatchObject({ ticketId, accountId, spec, tradeId: 'trade-1', marketDate: MARKET_DATE });
      expect(record).toMatchObject({ journaledAt: NOON, settledAt: null });
      expect(record.orders.map((order) => order.planned)).toEqual(ticket.orders.map((order) => order.planned));
      expect(record.orders[0]).toMatchObject({
        ...{ state: 'PENDING', stateReason: null, filledQuantity: '0', averageFillPrice: null, brokerOrderId: null },
        ...{ submissions: 0, submittedAt: null },
      });
      const timeline = await journal.timeline(`${ticketId}/1`);
      expect(timeline).toMatchObject([
        { kind: 'intent', outcome: 'applied', state: 'PENDING', data: ticket.orders[0]?.planned },
        { kind: 'gate', state: 'PENDING', data: { denial: null, assessment: { allowed: true }, quote: '60' } },
      ]);
      expect(record.orders[0]?.lastEventId).toBe(timeline[1]?.eventId);
      expect(await journal.findTicket(ticketId)).toEqual(record);
      expect(await journal.untold(accountId)).toEqual([]);
    });

    test('keeps a denied order with its reason', async () => {
      const record = await journal.journalTicket(
        newTicket(accountId, singleOf(), { denial: 'too large', quote: null }),
      );
      expect(record.orders).toMatchObject([{ state: 'DENIED', stateReason: 'too large' }]);
      const [, gate] = await journal.timeline(`${record.ticketId}/1`);
      expect(gate).toMatchObject({ kind: 'gate', state: 'DENIED', data: { denial: 'too large' } });
    });

    test('given again is the ticket that is there, and twenty at once are one', async () => {
      const ticket = newTicket(accountId, BRACKET);
      const records = await Promise.all(Array.from({ length: 20 }, () => journal.journalTicket(ticket)));
      expect(records).toEqual(Array(20).fill(records[0]));
      await journal.beginSubmission([`${ticket.ticketId}/1`], 1, NOON);
      const again = await journal.journalTicket({ ...ticket, at: LATER });
      expect(again).toMatchObject({ journaledAt: NOON, orders: [{ state: 'SUBMITTED' }, {}, {}] });
      expect(await journal.timeline(`${ticket.ticketId}/1`)).toHaveLength(3);
    });

    test('is in conflict with another spec or account under its id, and with another’s references', async () => {
      const ticket = newTicket(accountId, singleOf());
      await journal.journalTicket(ticket);
      const other = await openPaperAccount(database.db);
      for (const wrong of [
        { ...ticket, spec: singleOf({ quantity: '11' }) },
        { ...ticket, accountId: other.accountId },
        { ...ticket, ticketId: randomUUID() },
        { ...newTicket(randomUUID(), singleOf()) },
      ]) {
        await expect(journal.journalTicket(wrong)).rejects.toMatchObject(conflict);
      }
      const { ticket: research } = await openTicket(database.db);
      const taken = { ...ticket, ticketId: research.ticketId };
      await expect(journal.journalTicket(taken)).rejects.toMatchObject(conflict);
    });

    test('of a research run is not the journal’s: it is neither found nor moved', async () => {
      const { ticket, order } = await openTicket(database.db);
      expect(await journal.findTicket(ticket.ticketId)).toBeNull();
      await expect(journal.beginSubmission([order.orderRef], 1, NOON)).rejects.toMatchObject(conflict);
      expect(await recordIn(journal, ticket.accountId, executionOf(order.orderRef), NOON)).toMatchObject({
        outcome: 'unmatched',
      });
    });

    test('may hold a combination at a credit, quoted below zero', async () => {
      const order = { ...orderSpec({ limitPrice: '-0.35' }), tradable: RATIO_SPREAD };
      const ticket = newTicket(accountId, { kind: 'combo', execution: 'native', order }, { quote: '-0.4' });
      const record = await journal.journalTicket(ticket);
      expect(record.orders[0]?.planned).toEqual(ticket.orders[0]?.planned);
    });

    test('is settled when all its orders are over, once', async () => {
      const ticket = newTicket(accountId, BRACKET);
      await journal.journalTicket(ticket);
      const refs = ticket.orders.map(({ planned }) => planned.orderRef);
      await journal.move(refs[0] ?? '', 'cancel', 'no', NOON);
      await journal.move(refs[1] ?? '', 'cancel', 'no', NOON);
      await expect(journal.settle(ticket.ticketId, NOON)).rejects.toMatchObject(conflict);
      await journal.move(refs[2] ?? '', 'cancel', 'no', NOON);
      expect(await journal.settle(ticket.ticketId, NOON)).toMatchObject({ settledAt: NOON });
      const again = await journal.settle(ticket.ticketId, LATER);
      expect(again).toEqual(await journal.findTicket(ticket.ticketId));
      expect(again.settledAt).toEqual(NOON);
      for (const unknown of [randomUUID(), 'nonsense']) {
        await expect(journal.settle(unknown, NOON)).rejects.toMatchObject(conflict);
        expect(await journal.findTicket(unknown)).toBeNull();
      }
    });
  });

  describe('a submission', () => {
    test('is counted for all orders of a placement or for none', async () => {
      const ticket = newTicket(accountId, BRACKET);
      await journal.journalTicket(ticket);
      const refs = ticket.orders.map(({ planned }) => planned.orderRef);
      await journal.move(refs[2] ?? '', 'cancel', 'no', NOON);
      expect(await journal.beginSubmission(refs, 1, NOON)).toBe(false);
      expect((await journal.findTicket(ticket.ticketId))?.orders.map((order) => order.submissions)).toEqual([0, 0, 0]);
      expect(await journal.beginSubmission(refs.slice(0, 2), 1, NOON)).toBe(true);
      expect((await journal.findTicket(ticket.ticketId))?.orders).toMatchObject([
        { state: 'SUBMITTED', submissions: 1, submittedAt: NOON },
        { state: 'SUBMITTED', submissions: 1 },
        { state: 'CANCELLED', submissions: 0 },
      ]);
      expect((await journal.timeline(refs[0] ?? '')).at(-1)).toMatchObject({
        ...{ kind: 'submission', state: 'SUBMITTED', data: { submission: 1 }, at: NOON },
      });
    });

    test('happens once for its number, and in the order of numbers', async () => {
      const orderRef = await pendingOrder(journal, accountId);
      expect(await journal.beginSubmission([orderRef], 2, NOON)).toBe(false);
      expect(await journal.beginSubmission([orderRef], 1, NOON)).toBe(true);
      expect(await journal.beginSubmission([orderRef], 1, NOON)).toBe(false);
      expect(await journal.beginSubmission([orderRef], 2, LATER)).toBe(true);
      expect(await orderAt(journal, orderRef)).toMatchObject({
        state: 'SUBMITTED',
        submissions: 2,
        submittedAt: LATER,
      });
      expect(await journal.beginSubmission([], 1, NOON)).toBe(false);
    });

    test('is refused for an order that meanwhile showed itself at the broker', async () => {
      for (const event of ['accept', 'deactivate'] as const) {
        const orderRef = await submittedOrder(journal, accountId);
        await recordIn(journal, accountId, statusOf(orderRef, event), NOON);
        expect(await journal.beginSubmission([orderRef], 2, NOON)).toBe(false);
      }
    });

    test('of a lost order leaves it lost until the broker tells of it', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      await journal.move(orderRef, 'lose', 'nobody knows', NOON);
      expect(await journal.beginSubmission([orderRef], 2, NOON)).toBe(true);
      expect(await orderAt(journal, orderRef)).toMatchObject({ state: 'UNKNOWN', submissions: 2 });
    });

    test('of an unknown order, or of orders of two accounts, is a conflict', async () => {
      const other = await openPaperAccount(database.db);
      const foreign = newTicket(other.accountId, singleOf());
      await journal.journalTicket(foreign);
      const mine = await pendingOrder(journal, accountId);
      for (const refs of [['nobody/1'], [mine, `${foreign.ticketId}/1`]]) {
        await expect(journal.beginSubmission(refs, 1, NOON)).rejects.toMatchObject(conflict);
      }
    });
  });
});
