import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createOrderJournal } from '../../../db/repositories/order-journal.ts';
import type { Option, Stock } from '../../../src/domain/orders/instrument.ts';
import type { BrokerReport } from '../../../src/ports/broker-session.ts';
import type { OrderJournal } from '../../../src/ports/order-journal.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { NOON } from './fixtures.ts';
import {
  booksOf,
  commissionOf,
  executionOf,
  expectAgreement,
  KO,
  openPaperAccount,
  optionOn,
  recordIn,
  statusOf,
  submittedOrder,
} from './order-fixtures.ts';
import { expectProfitAndLoss } from './profit-and-loss-fixtures.ts';

const INSTRUMENTS: readonly (Stock | Option)[] = [KO, optionOn('60')];
const STATUSES = ['accept', 'partial_fill', 'fill', 'cancel', 'reject', 'expire', 'deactivate'] as const;

const orders = fc.array(
  fc.record({
    instrument: fc.constantFrom(...INSTRUMENTS),
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    quantity: fc.integer({ min: 1, max: 8 }),
  }),
  { minLength: 1, maxLength: 4 },
);
/** Of one order, by its number; executions may be too large, of the wrong side, or told twice under their id. */
const steps = fc.array(
  fc.record({
    order: fc.nat({ max: 3 }),
    what: fc.oneof(
      fc.record({ kind: fc.constant('status' as const), event: fc.constantFrom(...STATUSES) }),
      fc.record({
        kind: fc.constant('execution' as const),
        exec: fc.nat({ max: 5 }),
        units: fc.integer({ min: 1, max: 6 }),
        cents: fc.integer({ min: 0, max: 9999 }),
        isWrongSide: fc.oneof(
          { weight: 9, arbitrary: fc.constant(false) },
          { weight: 1, arbitrary: fc.constant(true) },
        ),
      }),
      fc.record({
        kind: fc.constant('commission' as const),
        exec: fc.nat({ max: 5 }),
        cents: fc.integer({ min: -50, max: 200 }),
      }),
    ),
  }),
  { minLength: 1, maxLength: 25 },
);

describe('whatever a broker reports, in whatever order', () => {
  let database: TestDatabase;
  let journal: OrderJournal;
  beforeAll(async () => {
    database = await createTestDatabase();
    journal = createOrderJournal(database.db);
  });
  afterAll(() => database.drop());

  test('the books agree after every sequence, no order fills more than it has, and all of it again changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(orders, steps, async (wanted, told) => {
        const { accountId } = await openPaperAccount(database.db);
        const refs: string[] = [];
        for (const { instrument, side, quantity } of wanted) {
          const order = { tradable: instrument, side, quantity: String(quantity), limitPrice: '1' };
          refs.push(await submittedOrder(journal, accountId, order));
        }
        const reports = told.map(({ order, what }, n): BrokerReport => {
          const index = order % wanted.length;
          const ref = refs[index] ?? '';
          const { instrument = KO, side = 'BUY' } = wanted[index] ?? {};
          const key = `${ref}/report/${n}`;
          if (what.kind === 'status') return statusOf(ref, what.event, { key });
          const execId = `${ref}/exec/${what.exec}`;
          const dollars = (what.cents / 100).toFixed(2);
          if (what.kind === 'commission') return commissionOf(execId, dollars, key);
          const told = what.isWrongSide ? (side === 'BUY' ? 'SELL' : 'BUY') : side;
          return executionOf(ref, {
            key,
            execId,
            instrument,
            side: told,
            quantity: String(what.units),
            price: dollars,
          });
        });
        for (const report of reports) await recordIn(journal, accountId, report, NOON);
        await expectAgreement(database.db, accountId);
        await expectProfitAndLoss(database.db, accountId);
        const books = await booksOf(database.db, accountId);
        for (const { order_ref, filled_quantity, state } of books.orders) {
          const ordered = wanted[refs.indexOf(order_ref)]?.quantity ?? 0;
          expect(Number(filled_quantity)).toBeLessThanOrEqual(ordered);
          expect(state === 'FILLED').toBe(Number(filled_quantity) === ordered);
        }
        const kept = await journal.listKept(accountId, 1000);
        for (const report of reports)
          expect(await recordIn(journal, accountId, report, NOON)).toEqual({ kind: 'repeated' });
        expect(await booksOf(database.db, accountId)).toEqual(books);
        expect(await journal.listKept(accountId, 1000)).toEqual(kept);
      }),
      { numRuns: 30, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false },
    );
  });
});
