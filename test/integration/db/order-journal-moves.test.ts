import { describe, expect, test } from '@jest/globals';
import type { OrderJournal } from '../../../src/ports/order-journal.ts';
import type { TestDatabase } from '../postgres.ts';
import { NOON } from './fixtures.ts';
import {
  booksOf,
  executionOf,
  expectAgreement,
  orderAt,
  pendingOrder,
  recordIn,
  statusOf,
  submittedOrder,
  withJournal,
} from './order-fixtures.ts';

const LATER = new Date(NOON.getTime() + 60_000);
const conflict = { name: 'FoliosError', code: 'TICKET_CONFLICT' };

describe('the journal of orders', () => {
  let database: TestDatabase;
  let journal: OrderJournal;
  let accountId: string;
  withJournal((bench) => {
    ({ database, journal, accountId } = bench);
  });

  describe('a move of our own', () => {
    test('is journaled with its reason, once, and is no news that must be told', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      const news = await journal.move(orderRef, 'lose', 'no trace of it', LATER);
      expect(news).toMatchObject({ orderRef, state: 'UNKNOWN', stateReason: 'no trace of it' });
      const life = await journal.timeline(orderRef);
      expect(life.at(-1)).toMatchObject({
        ...{ eventId: news.eventId, kind: 'own', state: 'UNKNOWN', data: { event: 'lose', reason: 'no trace of it' } },
      });
      expect(await journal.move(orderRef, 'lose', 'again', LATER)).toEqual(news);
      expect(await journal.timeline(orderRef)).toEqual(life);
      expect(await journal.untold(accountId)).toEqual([]);
    });

    test('may come again after the order has moved on', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      const first = await journal.move(orderRef, 'lose', 'once', NOON);
      await recordIn(journal, accountId, statusOf(orderRef, 'accept'), NOON);
      const second = await journal.move(orderRef, 'lose', 'twice', NOON);
      expect(second).toMatchObject({ state: 'UNKNOWN', stateReason: 'twice' });
      expect(second.eventId).toBeGreaterThan(first.eventId);
    });

    test('that the table does not list is refused and kept, and no move of ours fills an order', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      await recordIn(journal, accountId, executionOf(orderRef), NOON);
      const before = await booksOf(database.db, accountId);
      for (const event of ['lose', 'reject', 'fill'] as const) {
        const moving = journal.move(orderRef, event, 'wrong', NOON);
        await expect(moving).rejects.toMatchObject({ code: 'ORDER_STATE_CONFLICT' });
      }
      expect(await booksOf(database.db, accountId)).toEqual(before);
      expect(await journal.listKept(accountId, 2)).toMatchObject([
        { kind: 'own', outcome: 'refused', problem: 'only an execution can fill an order', orderRef },
        { kind: 'own', outcome: 'refused', problem: 'an order that is FILLED cannot reject' },
      ]);
      await expect(journal.move('nobody/1', 'lose', 'x', NOON)).rejects.toMatchObject(conflict);
    });

    test('withdraws only what was never given to the broker', async () => {
      const pending = await pendingOrder(journal, accountId);
      expect(await journal.withdraw(pending, 'not wanted', NOON)).toMatchObject({
        ...{ orderRef: pending, state: 'CANCELLED', stateReason: 'not wanted' },
      });
      expect(await journal.withdraw(pending, 'again', NOON)).toBeNull();
      const sent = await submittedOrder(journal, accountId);
      expect(await journal.withdraw(sent, 'not wanted', NOON)).toBeNull();
      expect(await orderAt(journal, sent)).toMatchObject({ state: 'SUBMITTED' });
    });
  });

  describe('notes and changes', () => {
    test('stand in the order’s life and move nothing, as often as they come', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      for (const n of [1, 2]) await journal.note(orderRef, { what: 'cancel asked for', by: 'ada', n }, LATER);
      const life = await journal.timeline(orderRef);
      expect(life.slice(-2).map(({ kind, data, at }) => [kind, data, at])).toEqual([
        ['note', { what: 'cancel asked for', by: 'ada', n: 1 }, LATER],
        ['note', { what: 'cancel asked for', by: 'ada', n: 2 }, LATER],
      ]);
      expect(await orderAt(journal, orderRef)).toMatchObject({ state: 'SUBMITTED' });
    });

    test('change prices and quantity of the order, and what is reserved for it', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      await journal.changeOrder(orderRef, { limitPrice: '61', quantity: '20' }, LATER);
      expect(await orderAt(journal, orderRef)).toMatchObject({ planned: { limitPrice: '61', quantity: '20' } });
      expect((await journal.timeline(orderRef)).at(-1)).toMatchObject({
        ...{ kind: 'note', outcome: 'applied', data: { what: 'changed', limitPrice: '61', quantity: '20' } },
      });
      const { working } = await journal.exposure(accountId, LATER);
      expect(working).toMatchObject([{ reservedUsd: '1220', remainingQuantity: '20' }]);
    });

    test('end an order that has filled what is then wanted, and refuse less than that', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      await recordIn(journal, accountId, executionOf(orderRef, { quantity: '4' }), NOON);
      await journal.changeOrder(orderRef, { quantity: '3' }, NOON);
      expect(await orderAt(journal, orderRef)).toMatchObject({
        state: 'PARTIALLY_FILLED',
        planned: { quantity: '10' },
      });
      expect(await journal.listKept(accountId, 1)).toMatchObject([
        { kind: 'note', outcome: 'refused', problem: '4 are filled, which is more than 3' },
      ]);
      await journal.changeOrder(orderRef, { quantity: '4' }, NOON);
      expect(await orderAt(journal, orderRef)).toMatchObject({ state: 'FILLED', planned: { quantity: '4' } });
      await journal.changeOrder(orderRef, { quantity: '8', limitPrice: '59' }, NOON);
      expect(await orderAt(journal, orderRef)).toMatchObject({
        state: 'FILLED',
        planned: { quantity: '4', limitPrice: '59' },
      });
      await expectAgreement(database.db, accountId);
    });
  });

  describe('news', () => {
    test('are the newest of each order until they are told, oldest first', async () => {
      const [first, second] = [await submittedOrder(journal, accountId), await submittedOrder(journal, accountId)];
      await recordIn(journal, accountId, statusOf(second, 'accept'), NOON);
      await recordIn(journal, accountId, statusOf(first, 'accept'), NOON);
      await recordIn(journal, accountId, executionOf(second, { quantity: '4' }), NOON);
      await recordIn(journal, accountId, statusOf('nobody/1', 'accept'), NOON);
      await recordIn(journal, accountId, executionOf(first, { quantity: '11' }), NOON);
      const news = await journal.untold(accountId);
      expect(news).toMatchObject([
        { ticketId: first.slice(0, -2), news: { orderRef: first, state: 'ACCEPTED' } },
        { ticketId: second.slice(0, -2), news: { orderRef: second, state: 'PARTIALLY_FILLED', filledQuantity: '4' } },
      ]);
      await journal.markTold([news[1]?.news.eventId ?? 0]);
      expect(await journal.untold(accountId)).toEqual([news[0]]);
      await recordIn(journal, accountId, statusOf(second, 'cancel'), NOON);
      await journal.markTold([news[1]?.news.eventId ?? 0, news[0]?.news.eventId ?? 0]);
      expect(await journal.untold(accountId)).toMatchObject([{ news: { orderRef: second, state: 'CANCELLED' } }]);
      await journal.markTold([]);
      expect(await journal.untold('nonsense')).toEqual([]);
    });
  });

  describe('kept events', () => {
    test('are listed newest first, of one account or of all, as many as asked for', async () => {
      for (const n of [1, 2, 3]) {
        await recordIn(journal, accountId, statusOf('nobody/1', 'accept', { key: `kept/${n}` }), NOON);
      }
      const keys = (await journal.listKept(accountId, 2)).map(({ data }) => data.key);
      expect(keys).toEqual(['kept/3', 'kept/2']);
      expect((await journal.listKept(null, 1)).map(({ data }) => data.key)).toEqual(['kept/3']);
      expect(await journal.listKept(accountId, -1)).toEqual([]);
    });

    test('wait until somebody acknowledges them; the first word stands, and they stay in the journal', async () => {
      for (const n of [1, 2]) {
        await recordIn(journal, accountId, statusOf('nobody/1', 'accept', { key: `seen/${n}` }), NOON);
      }
      const [newest, oldest] = await journal.listKept(accountId, 2);
      const word = { reason: 'told by mistake', by: 'ada', at: LATER };
      expect(await journal.acknowledge(newest?.eventId ?? 0, word)).toMatchObject({ acknowledged: word });
      const late = { reason: 'x', by: 'bob', at: NOON };
      expect(await journal.acknowledge(newest?.eventId ?? 0, late)).toMatchObject({ acknowledged: word });
      expect(await journal.listKept(accountId, 2)).toEqual([oldest]);
      expect(await journal.listKept(accountId, 2, 'acknowledged')).toEqual([{ ...newest, acknowledged: word }]);
    });

    test('that were booked, or are none, cannot be acknowledged', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      const [intent] = await journal.timeline(orderRef);
      const word = { reason: 'x', by: 'ada', at: NOON };
      for (const eventId of [intent?.eventId ?? 0, -1, 2 ** 60]) {
        expect(await journal.acknowledge(eventId, word)).toBeNull();
      }
    });

    test('that were adopted as fills of an external order wait for nobody', async () => {
      await recordIn(journal, accountId, executionOf('', { brokerOrderId: '99' }), NOON);
      expect(await journal.listKept(accountId, 2)).toHaveLength(1);
      await journal.adoptExternal(accountId, LATER);
      expect(await journal.listKept(accountId, 2)).toEqual([]);
    });
  });
});
