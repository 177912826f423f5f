import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { BrokerReport } from '../../../src/ports/broker-session.ts';
import type { OrderJournal } from '../../../src/ports/order-journal.ts';
import type { TestDatabase } from '../postgres.ts';
import { NOON } from './fixtures.ts';
import {
  booksOf,
  commissionOf,
  executionOf,
  expectAgreement,
  newTicket,
  openPaperAccount,
  optionOn,
  orderAt,
  recordIn,
  singleOf,
  statusOf,
  submittedOrder,
  withJournal,
} from './order-fixtures.ts';

describe('reports of a broker', () => {
  let database: TestDatabase;
  let journal: OrderJournal;
  let accountId: string;
  withJournal((bench) => {
    ({ database, journal, accountId } = bench);
  });

  const record = (report: BrokerReport) => recordIn(journal, accountId, report, NOON);

  /** Records a report that must change nothing in the books, and be kept. */
  async function expectKept(report: BrokerReport, outcome: 'refused' | 'unmatched', problem: RegExp): Promise<void> {
    const before = await booksOf(database.db, accountId);
    const recorded = await record(report);
    expect(recorded).toMatchObject({ kind: 'recorded', outcome, problem: expect.stringMatching(problem), news: null });
    expect(await booksOf(database.db, accountId)).toEqual(before);
    const [newest] = await journal.listKept(accountId, 1);
    expect(newest).toMatchObject({ outcome, kind: report.kind, data: { key: report.key }, at: NOON });
    expect(await record(report)).toEqual({ kind: 'repeated' });
    await expectAgreement(database.db, accountId);
  }

  describe('status', () => {
    test('told before, under the same key, is news again of an order that was given up as lost', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      const accepted = statusOf(orderRef, 'accept');
      await record(accepted);
      expect(await record(accepted)).toEqual({ kind: 'repeated' });
      for (let times = 0; times < 2; times += 1) {
        await journal.move(orderRef, 'lose', 'nobody knows', NOON);
        expect(await record(accepted)).toMatchObject({ kind: 'recorded', news: { state: 'ACCEPTED' } });
      }
      await record(statusOf(orderRef, 'cancel'));
      expect(await record(accepted)).toEqual({ kind: 'repeated' });
      expect((await orderAt(journal, orderRef))?.state).toBe('CANCELLED');
    });

    test('moves its order, keeps the broker’s id and the reason, and gives the news', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      expect(await record(statusOf(orderRef, 'accept'))).toMatchObject({
        ...{ kind: 'recorded', outcome: 'applied', problem: null, ticketId: orderRef.slice(0, -2) },
        news: { orderRef, state: 'ACCEPTED', filledQuantity: '0', averageFillPrice: null, stateReason: null },
      });
      await record(statusOf(orderRef, 'reject', { reason: 'margin', brokerOrderId: null }));
      await record(statusOf(orderRef, 'cancel', { reason: 'dead already' }));
      expect(await orderAt(journal, orderRef)).toMatchObject({
        state: 'REJECTED',
        stateReason: 'margin',
        brokerOrderId: '4711',
      });
    });

    test('is journaled once by its key', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      await record(statusOf(orderRef, 'accept'));
      expect(await record(statusOf(orderRef, 'accept'))).toEqual({ kind: 'repeated' });
      const kinds = (await journal.timeline(orderRef)).map(({ kind }) => kind);
      expect(kinds).toEqual(['intent', 'gate', 'submission', 'status']);
    });

    test('of a fill proves only that the broker has the order', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      await record(statusOf(orderRef, 'fill', { filledQuantity: '10' }));
      expect(await orderAt(journal, orderRef)).toMatchObject({ state: 'ACCEPTED', filledQuantity: '0' });
    });

    test('that the transition table does not list is refused and kept', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      await record(statusOf(orderRef, 'reject'));
      await expectKept(statusOf(orderRef, 'partial_fill'), 'refused', /REJECTED cannot partial_fill/);
    });

    test.each(['', 'nobody/1', '\0'])('of an order %j that nobody knows is kept', async (orderRef) => {
      await expectKept(statusOf(orderRef, 'accept', { key: 'nobody' }), 'unmatched', /no order/);
    });

    test('of another account’s order is kept without moving it', async () => {
      const other = await openPaperAccount(database.db);
      const orderRef = await submittedOrder(journal, other.accountId);
      await expectKept(statusOf(orderRef, 'cancel'), 'unmatched', /no order of the account/);
      await expectKept(executionOf(orderRef), 'unmatched', /no order of the account/);
      expect(await orderAt(journal, orderRef)).toMatchObject({ state: 'SUBMITTED' });
    });
  });

  describe('executions', () => {
    test('fill an order part by part, before the broker says that it has it, too', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      await record(executionOf(orderRef, { quantity: '4', price: '60' }));
      expect(await orderAt(journal, orderRef)).toMatchObject({ state: 'PARTIALLY_FILLED', filledQuantity: '4' });
      await record(statusOf(orderRef, 'accept'));
      const last = await record(executionOf(orderRef, { quantity: '6', price: '61' }));
      expect(last).toMatchObject({ news: { state: 'FILLED', filledQuantity: '10', averageFillPrice: '60.6' } });
      await record(statusOf(orderRef, 'cancel'));
      expect(await orderAt(journal, orderRef)).toMatchObject({ state: 'FILLED' });
      await expectAgreement(database.db, accountId);
    });

    test('that were told after the cancel are booked: a whole fill beats it, a part leaves it', async () => {
      const [whole, part] = [await submittedOrder(journal, accountId), await submittedOrder(journal, accountId)];
      for (const ref of [whole, part]) await record(statusOf(ref, 'cancel', { reason: 'asked for' }));
      await record(executionOf(whole));
      await record(executionOf(part, { quantity: '3' }));
      expect(await orderAt(journal, whole)).toMatchObject({ state: 'FILLED', filledQuantity: '10', stateReason: null });
      expect(await orderAt(journal, part)).toMatchObject({
        ...{ state: 'CANCELLED', filledQuantity: '3', stateReason: 'asked for' },
      });
      await expectAgreement(database.db, accountId);
    });

    test('are booked once by their id, whatever key tells of them', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      const execution = executionOf(orderRef, { quantity: '4' });
      await record(execution);
      const before = await booksOf(database.db, accountId);
      expect(await record(execution)).toEqual({ kind: 'repeated' });
      expect(await record({ ...execution, key: 'another', price: '60.0' })).toMatchObject({ outcome: 'applied' });
      expect(await booksOf(database.db, accountId)).toEqual(before);
      await expectKept({ ...execution, key: 'third', price: '61' }, 'refused', /booked before, and with other facts/);
      const other = await submittedOrder(journal, accountId);
      await expectKept({ ...execution, key: 'fourth', orderRef: other }, 'refused', /booked before/);
    });

    test('of an order that nobody knows are kept', async () => {
      await expectKept(executionOf(`${randomUUID()}/1`), 'unmatched', /no order/);
    });

    test('larger than the order are refused: the books stay as they are', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      await expectKept(executionOf(orderRef, { quantity: '10.5' }), 'refused', /more than the 10 ordered/);
      await record(executionOf(orderRef, { quantity: '9' }));
      await expectKept(executionOf(orderRef, { quantity: '2' }), 'refused', /a fill of 2 after 9 is more/);
      expect(await orderAt(journal, orderRef)).toMatchObject({ state: 'PARTIALLY_FILLED', filledQuantity: '9' });
    });

    test.each<[string, Parameters<typeof executionOf>[1], RegExp]>([
      ['of another instrument', { instrument: { kind: 'stock', symbol: 'PG' } }, /does not trade PG/],
      ['of an option on it', { instrument: optionOn('60') }, /does not trade KO 2026-06-19 C 60/],
      ['of the other side', { side: 'SELL' }, /a SELL of KO is told/],
      ['of no quantity', { quantity: '0' }, /is none/],
      ['of a negative quantity', { quantity: '-10' }, /is none/],
      ['of a quantity that is no number', { quantity: 'NaN' }, /is none/],
      ['at a negative price', { price: '-1' }, /cannot be booked/],
      ['at a price that is no number', { price: 'abc' }, /cannot be booked/],
      ['at an absurd price', { price: '1e15' }, /too large/],
      ['that correct another one', { correctsExecId: 'earlier' }, /corrects execution earlier.*a person/],
    ])('%s are refused', async (_what, changes, problem) => {
      const orderRef = await submittedOrder(journal, accountId);
      await expectKept(executionOf(orderRef, changes), 'refused', problem);
    });

    test('of a denied order are refused', async () => {
      const ticket = newTicket(accountId, singleOf(), { denial: 'no' });
      await journal.journalTicket(ticket);
      await expectKept(executionOf(`${ticket.ticketId}/1`), 'refused', /DENIED cannot fill/);
    });

    test('are booked on the day that it is in New York', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      await record(executionOf(orderRef, { at: new Date('2026-03-03T02:30:00Z') }));
      const { entries, positions } = await booksOf(database.db, accountId);
      expect(positions).toMatchObject([{ market_date: '2026-03-02' }]);
      expect(entries.filter(({ id }) => id.startsWith('execution/')).map((one) => one.market_date)).toEqual([
        '2026-03-02',
        '2026-03-02',
      ]);
    });
  });

  describe('commissions', () => {
    test('are booked as transactions of their own, and belong to execution and lot', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      await record(executionOf(orderRef, { execId: `one/${orderRef}`, quantity: '4' }));
      const recorded = await record(commissionOf(`one/${orderRef}`, '1.25'));
      expect(recorded).toMatchObject({ outcome: 'applied', ticketId: orderRef.slice(0, -2), news: null });
      const { executions, lots, entries } = await booksOf(database.db, accountId);
      expect(executions).toMatchObject([{ commission_usd: '1.25' }]);
      expect(lots).toMatchObject([{ cost_usd: '240', commission_usd: '1.25' }]);
      expect(entries.filter(({ id }) => id === `commission/${accountId}/one/${orderRef}`)).toMatchObject([
        { ledger_account: 'cash', amount_usd: '-1.25' },
        { ledger_account: 'commission', amount_usd: '1.25' },
      ]);
      await expectAgreement(database.db, accountId);
    });

    test('that come in one breath with their executions are journaled with the order as it is by then', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      const fills = ['4', '6'].map((quantity) =>
        executionOf(orderRef, { execId: `${quantity}/${orderRef}`, quantity }),
      );
      const costs = fills.map(({ execId }) => commissionOf(execId, '0.5'));
      await journal.record(accountId, [...fills, ...costs], NOON);
      expect((await journal.timeline(orderRef)).slice(-4).map(({ kind, state }) => `${kind} ${state}`)).toEqual([
        ...['execution PARTIALLY_FILLED', 'execution FILLED', 'commission FILLED', 'commission FILLED'],
      ]);
      expect((await booksOf(database.db, accountId)).executions.map((one) => one.commission_usd)).toEqual([
        '0.5',
        '0.5',
      ]);
      await expectAgreement(database.db, accountId);
    });

    test('that come before their execution wait for it, and are then in the order’s life', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      const execId = `early/${orderRef}`;
      await expectKept(commissionOf(execId, '0.9'), 'unmatched', /no execution/);
      await expectKept(commissionOf(execId, '0.8', `${execId}/second`), 'unmatched', /no execution/);
      await record(executionOf(orderRef, { execId }));
      expect((await booksOf(database.db, accountId)).executions).toMatchObject([{ commission_usd: '0.9' }]);
      expect((await journal.timeline(orderRef)).slice(-3)).toMatchObject([
        { kind: 'commission', outcome: 'applied', problem: null },
        { kind: 'commission', outcome: 'refused', problem: expect.stringMatching(/0\.9 already, and 0\.8/) },
        { kind: 'execution', outcome: 'applied' },
      ]);
      await expectAgreement(database.db, accountId);
    });

    test('that differ from what is booked are refused; the same again changes nothing', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      const execId = `twice/${orderRef}`;
      await record(executionOf(orderRef, { execId }));
      await record(commissionOf(execId, '1'));
      const before = await booksOf(database.db, accountId);
      expect(await record(commissionOf(execId, '1.00', 'again'))).toMatchObject({ outcome: 'applied' });
      expect(await booksOf(database.db, accountId)).toEqual(before);
      await expectKept(commissionOf(execId, '2', 'other'), 'refused', /1 already, and 2 is told/);
      await expectKept(commissionOf(execId, 'NaN', 'nan'), 'refused', /cannot be booked/);
    });

    test('of nothing are told once, and a rebate is booked', async () => {
      const orderRef = await submittedOrder(journal, accountId);
      const [free, rebated] = [`free/${orderRef}`, `rebated/${orderRef}`];
      await record(executionOf(orderRef, { execId: free, quantity: '5' }));
      await record(executionOf(orderRef, { execId: rebated, quantity: '5' }));
      await record(commissionOf(free, '0'));
      await record(commissionOf(rebated, '-0.2'));
      await expectKept(commissionOf(free, '1', `${free}/later`), 'refused', /0 already/);
      await expectAgreement(database.db, accountId);
    });
  });

  test('an account that does not exist records nothing', async () => {
    for (const unknown of [randomUUID(), 'nonsense']) {
      const recording = recordIn(journal, unknown, statusOf('any', 'accept'), NOON);
      await expect(recording).rejects.toMatchObject({ code: 'TICKET_CONFLICT' });
      expect(await journal.listKept(unknown, 10)).toEqual([]);
    }
  });
});
