import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Kysely } from 'kysely';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { createOrderJournal } from '../../../db/repositories/order-journal.ts';
import type { DB } from '../../../db/schema.gen.ts';
import type { BrokerReport } from '../../../src/ports/broker-session.ts';
import type { OrderJournal } from '../../../src/ports/order-journal.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { NOON } from './fixtures.ts';
import {
  booksOf,
  commissionOf,
  executionOf,
  expectAgreement,
  newTicket,
  openPaperAccount,
  orderSpec,
  recordIn,
  statusOf,
  submittedOrder,
} from './order-fixtures.ts';

/** Two pools as two processes have them, so that statements of both run at the same moment. */
describe('two processes at one journal', () => {
  let database: TestDatabase;
  let second: Kysely<DB>;
  let journals: readonly [OrderJournal, OrderJournal];
  let accountId: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    second = openDatabase(database.url);
    journals = [createOrderJournal(database.db), createOrderJournal(second)];
  });
  beforeEach(async () => {
    accountId = (await openPaperAccount(database.db)).accountId;
  });
  afterAll(async () => {
    await closeDatabase(second);
    await database.drop();
  });

  /** Both do all of it, interleaved. */
  const both = <T>(work: readonly ((journal: OrderJournal) => Promise<T>)[]): Promise<T[]> =>
    Promise.all(work.flatMap((one) => journals.map((journal) => one(journal))));

  test('begin one submission once, for overlapping placements, too', async () => {
    const ticket = newTicket(accountId, { kind: 'oca', orders: Array.from({ length: 4 }, () => orderSpec()) });
    await journals[0].journalTicket(ticket);
    const refs = ticket.orders.map(({ planned }) => planned.orderRef);
    const placements = [refs.slice(0, 3), [...refs].reverse().slice(0, 3), refs.slice(1, 3)];
    const begun = await both(
      Array.from({ length: 12 }, (_, n) => (journal) => journal.beginSubmission(placements[n % 3] ?? [], 1, NOON)),
    );
    expect(begun.filter(Boolean)).toHaveLength(1);
    const submissions = (await journals[0].findTicket(ticket.ticketId))?.orders.map((order) => order.submissions);
    expect(submissions?.reduce((total, n) => total + n, 0)).toBe(begun.indexOf(true) % 6 >= 4 ? 2 : 3);
  });

  test('either submit an order or withdraw it', async () => {
    const tickets = Array.from({ length: 10 }, () => newTicket(accountId, { kind: 'single', order: orderSpec() }));
    for (const ticket of tickets) {
      await journals[0].journalTicket(ticket);
      const orderRef = `${ticket.ticketId}/1`;
      const [isBegun, withdrawn] = await Promise.all([
        journals[0].beginSubmission([orderRef], 1, NOON),
        journals[1].withdraw(orderRef, 'not wanted', NOON),
      ]);
      expect(isBegun).toBe(withdrawn === null);
    }
  });

  test('book every report once, whoever brings it', async () => {
    const orderRefs = [await submittedOrder(journals[0], accountId), await submittedOrder(journals[0], accountId)];
    const reports: readonly BrokerReport[] = orderRefs.flatMap((ref) => [
      statusOf(ref, 'accept'),
      ...['2', '3', '5'].flatMap((quantity) => {
        const execId = `${ref}/${quantity}`;
        return [executionOf(ref, { execId, quantity, price: `6${quantity}` }), commissionOf(execId, quantity)];
      }),
      statusOf(ref, 'cancel'),
    ]);
    const recorded = await both(reports.map((report) => (journal) => recordIn(journal, accountId, report, NOON)));
    expect(recorded.filter(({ kind }) => kind === 'recorded')).toHaveLength(reports.length);
    const { orders, executions, positions } = await booksOf(database.db, accountId);
    expect(orders.map((order) => [order.state, order.filled_quantity])).toEqual([
      ['FILLED', '10'],
      ['FILLED', '10'],
    ]);
    expect(executions.map((one) => one.commission_usd)).toEqual(['2', '3', '5', '2', '3', '5']);
    expect(positions).toMatchObject([{ quantity: '20' }]);
    await expectAgreement(database.db, accountId);
  });

  test('tell one execution under two keys: it is booked once', async () => {
    const orderRef = await submittedOrder(journals[0], accountId);
    const execution = executionOf(orderRef, { quantity: '4' });
    await both(['a', 'b', 'c'].map((key) => (journal) => recordIn(journal, accountId, { ...execution, key }, NOON)));
    expect((await booksOf(database.db, accountId)).orders).toMatchObject([{ filled_quantity: '4' }]);
    await expectAgreement(database.db, accountId);
  });

  test('settle and move side by side without a deadlock', async () => {
    const ticket = newTicket(accountId, { kind: 'oca', orders: [orderSpec(), orderSpec()] });
    await journals[0].journalTicket(ticket);
    const [one = '', other = ''] = ticket.orders.map(({ planned }) => planned.orderRef);
    await both<unknown>([
      (journal) => journal.move(one, 'cancel', 'no', NOON),
      (journal) => journal.move(other, 'cancel', 'no', NOON),
      (journal) => journal.note(one, { what: 'noted' }, NOON),
      (journal) => journal.settle(ticket.ticketId, NOON).catch(() => null),
      (journal) => journal.exposure(accountId, NOON),
    ]);
    expect((await journals[1].settle(ticket.ticketId, NOON)).orders.map(({ state }) => state)).toEqual([
      'CANCELLED',
      'CANCELLED',
    ]);
  });
});
