import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readBalances } from '../../../db/repositories/ledger.ts';
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

const breaths = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });

type Wanted = typeof orders extends fc.Arbitrary<infer T> ? T : never;
type Told = typeof steps extends fc.Arbitrary<infer T> ? T : never;

describe('whatever a broker reports, in whatever order', () => {
  let database: TestDatabase;
  let journal: OrderJournal;
  beforeAll(async () => {
    database = await createTestDatabase();
    journal = createOrderJournal(database.db);
  });
  afterAll(() => database.drop());

  /** Orders and reports of them in an account of their own; `breath` is how many are told together, over and over. */
  async function tell(wanted: Wanted, told: Told, breath: readonly number[]) {
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
      const price = (what.cents / 100).toFixed(2);
      if (what.kind === 'commission') return commissionOf(execId, price, key);
      const tradedSide = what.isWrongSide ? (side === 'BUY' ? 'SELL' : 'BUY') : side;
      return executionOf(ref, { key, execId, instrument, side: tradedSide, quantity: String(what.units), price });
    });
    for (let from = 0, turn = 0; from < reports.length; turn += 1) {
      const size = breath[turn % breath.length] ?? 1;
      await journal.record(accountId, reports.slice(from, from + size), NOON);
      from += size;
    }
    return { accountId, refs, reports };
  }

  /** What two accounts must have in common that were told the same. */
  async function outcome(accountId: string, refs: readonly string[]) {
    const { orders: rows, lots, positions } = await booksOf(database.db, accountId);
    const balances = await readBalances(database.db, accountId);
    return {
      orders: refs
        .map((ref) => rows.find((row) => row.order_ref === ref))
        .map((row) => [row?.state, row?.filled_quantity]),
      lots: lots.map(({ ticker, quantity, cost_usd, commission_usd }) => [
        ticker,
        quantity,
        cost_usd,
        Number(commission_usd),
      ]),
      positions: positions.map(({ ticker, quantity, market_price }) => [ticker, quantity, market_price]),
      balances: [...balances].map(([name, amount]) => [name, Number(amount)]),
    };
  }

  test('the books agree after every sequence, no order fills more than it has, and all of it again changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(orders, steps, breaths, async (wanted, told, breath) => {
        const { accountId, refs, reports } = await tell(wanted, told, breath);
        await expectAgreement(database.db, accountId);
        await expectProfitAndLoss(database.db, accountId);
        const books = await booksOf(database.db, accountId);
        for (const { order_ref, filled_quantity, state } of books.orders) {
          const ordered = wanted[refs.indexOf(order_ref)]?.quantity ?? 0;
          expect(Number(filled_quantity)).toBeLessThanOrEqual(ordered);
          expect(state === 'FILLED').toBe(Number(filled_quantity) === ordered);
          const life = await journal.timeline(order_ref);
          expect(life.findLast((event) => event.state !== null)?.state).toBe(state);
        }
        const kept = await journal.listKept(accountId, 1000);
        const again = await journal.record(accountId, reports, NOON);
        expect(again.filter(({ kind }) => kind !== 'repeated')).toEqual([]);
        expect(await booksOf(database.db, accountId)).toEqual(books);
        expect(await journal.listKept(accountId, 1000)).toEqual(kept);
      }),
      { numRuns: 30, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false },
    );
  });

  test('what is told together leaves the books as if it were told one by one', async () => {
    await fc.assert(
      fc.asyncProperty(orders, steps, breaths, async (wanted, told, breath) => {
        const [together, alone] = [await tell(wanted, told, breath), await tell(wanted, told, [1])];
        expect(await outcome(together.accountId, together.refs)).toEqual(await outcome(alone.accountId, alone.refs));
      }),
      { numRuns: 30, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false },
    );
  });
});
