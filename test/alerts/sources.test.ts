import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAlertBooks } from '../../db/repositories/alerts.ts';
import { createOrderJournal } from '../../db/repositories/order-journal.ts';
import { createPortfolioRepository } from '../../db/repositories/portfolio.ts';
import { createResearchRepository } from '../../db/repositories/research.ts';
import { createTradingSwitch } from '../../db/repositories/trading-switch.ts';
import { OrderEvent } from '../../src/domain/orders/order-state.ts';
import { TaskEvent } from '../../src/domain/research/task-state.ts';
import { createConnectionWatch } from '../../src/main/connection-watch.ts';
import type { AlertBooks } from '../../src/ports/alerts.ts';
import { fullFill, NOON, openTicket, pendingTask } from '../integration/db/fixtures.ts';
import { newTicket, openPaperAccount, pendingOrder, singleOf, statusOf } from '../integration/db/order-fixtures.ts';
import { createTestDatabase, type TestDatabase } from '../integration/postgres.ts';

describe('alerts are written where the thing happens', () => {
  let database: TestDatabase;
  let alerts: AlertBooks;
  beforeAll(async () => {
    database = await createTestDatabase();
    alerts = createAlertBooks(database.db);
  });
  afterAll(() => database.drop());

  const ofAccount = async (accountId: string) =>
    (await alerts.list({ limit: 500 })).filter((alert) => alert.accountId === accountId);

  test('a task that fails, once, with its strategy and workflow', async () => {
    const research = createResearchRepository(database.db);
    const { taskId, strategyId } = await pendingTask(database.db);
    const facts = { at: NOON, failureCode: 'JOB_EXPIRED', failureReason: 'the \u001b[31mday is over' } as const;
    await research.transition(taskId, TaskEvent.fail, facts);
    await research.transition(taskId, TaskEvent.fail, facts);
    const about = (await alerts.list({ kind: 'run_failed', limit: 500 })).filter(
      (one) => one.strategyId === strategyId,
    );
    expect(about).toMatchObject([
      { count: 1, severity: 'warning', text: 'the day is over', workflowId: `job/${taskId}` },
    ]);
  });

  test('a failure that is rolled back leaves no alert', async () => {
    const research = createResearchRepository(database.db);
    const { taskId, strategyId } = await pendingTask(database.db);
    await expect(research.transition(taskId, TaskEvent.succeed, { at: NOON })).rejects.toMatchObject({
      code: 'TASK_STATE_CONFLICT',
    });
    const about = (await alerts.list({ limit: 500 })).filter((one) => one.strategyId === strategyId);
    expect(about).toEqual([]);
  });

  test('denied and rejected orders of one account are one alert each; a lost one is critical', async () => {
    const journal = createOrderJournal(database.db);
    const { accountId } = await openPaperAccount(database.db);
    const ticket = newTicket(accountId, singleOf(), { denial: 'too large' });
    await journal.journalTicket(ticket);
    await journal.journalTicket(ticket);
    const denied = `${ticket.ticketId}/1`;
    const [rejected, lost] = [await pendingOrder(journal, accountId), await pendingOrder(journal, accountId)];
    for (const ref of [rejected, lost]) await journal.beginSubmission([ref], 1, NOON);
    await journal.move(rejected, OrderEvent.reject, 'no such contract', NOON);
    await journal.move(rejected, OrderEvent.reject, 'no such contract', NOON);
    await journal.move(lost, OrderEvent.lose, 'nobody knows', NOON);
    const about = await ofAccount(accountId);
    expect(about.map(({ kind, severity, count }) => [kind, severity, count]).sort()).toEqual([
      ['order_denied', 'warning', 1],
      ['order_rejected', 'warning', 1],
      ['order_unknown', 'critical', 1],
    ]);
    expect(about.map(({ text }) => text).sort()).toEqual(
      [`${denied}: too large`, `${rejected}: no such contract`, `${lost}: nobody knows`].sort(),
    );
  });

  test('an order of a research run that is denied, as it is journaled or as it is settled', async () => {
    const opened = await openTicket(database.db);
    const { ticket, order, account } = opened;
    const denied = {
      state: 'DENIED',
      stateReason: 'no cash is left',
      filledQuantity: '0',
      averageFillPrice: null,
    } as const;
    const whole = fullFill(opened);
    const snapshot = { ...whole.snapshot, cashUsd: '100000', positionsUsd: '0' };
    const orders = [{ orderId: order.orderId, ...denied }];
    const ends = { orders, executions: [], transactions: [], positions: [], snapshot };
    await createPortfolioRepository(database.db).settle(fullFill(opened, ends));
    await createPortfolioRepository(database.db).settle(fullFill(opened, ends));
    expect(await ofAccount(account.accountId)).toMatchObject([
      {
        kind: 'order_denied',
        count: 1,
        workflowId: `ticket/${ticket.ticketId}`,
        text: expect.stringContaining('no cash'),
      },
    ]);
  });

  test('a report that cannot be booked', async () => {
    const journal = createOrderJournal(database.db);
    const { accountId } = await openPaperAccount(database.db);
    const report = statusOf('no-order-of-ours', OrderEvent.accept);
    await journal.record(accountId, [report], NOON);
    await journal.record(accountId, [report], NOON);
    expect(await ofAccount(accountId)).toMatchObject([
      { kind: 'report_kept', count: 1, text: 'status of no order of ours: no order of the account has this reference' },
    ]);
  });

  test('a turn of the switch', async () => {
    const { accountId } = await openPaperAccount(database.db);
    const turn = { accountId, reason: 'earnings', by: 'ada', at: NOON };
    const tradingSwitch = createTradingSwitch(database.db);
    await tradingSwitch.set({ ...turn, mode: 'paused' });
    await tradingSwitch.set({ ...turn, mode: 'normal' });
    expect((await ofAccount(accountId)).map(({ severity, subject }) => `${severity} ${subject}`).sort()).toEqual([
      'critical trading is paused for an account',
      'warning trading is resumed for an account',
    ]);
  });

  test('the same key at the same moment from many sides is one alert', async () => {
    const dedupeKey = `storm/${randomUUID()}`;
    const raise = (n: number) =>
      alerts.raise({
        ...{ kind: 'order_rejected', subject: 's', text: `line ${n}`, strategyId: null, accountId: null },
        ...{ workflowId: null, dedupeKey, at: NOON },
      });
    await Promise.all(Array.from({ length: 200 }, (_, n) => raise(n)));
    const storm = (await alerts.list({ limit: 500 })).filter(({ text }) => text.includes('line 1'));
    expect(storm).toMatchObject([{ count: 200 }]);
    expect(storm[0]?.text.length).toBeLessThanOrEqual(4_000);
  });

  test('what is repeated after somebody has seen it is new', async () => {
    const dedupeKey = `again/${randomUUID()}`;
    const alert = {
      ...({ kind: 'books_differ', subject: dedupeKey, text: 't', strategyId: null, accountId: null } as const),
      ...{ workflowId: null, dedupeKey, at: NOON },
    };
    await alerts.raise(alert);
    const own = async () => (await alerts.list({ limit: 500 })).filter(({ subject }) => subject === dedupeKey);
    const [first] = await own();
    expect(await alerts.acknowledge(first?.alertId ?? '', 'ada', NOON)).toMatchObject({ acknowledgedBy: 'ada' });
    expect(await alerts.acknowledge(first?.alertId ?? '', 'bo', NOON)).toMatchObject({ acknowledgedBy: 'ada' });
    await alerts.raise(alert);
    expect(await own()).toHaveLength(2);
    expect(await alerts.acknowledge(randomUUID(), 'ada', NOON)).toBeNull();
    expect(await alerts.acknowledge("'; drop table alerts; --", 'ada', NOON)).toBeNull();
  });

  test('a connection that is lost for a minute and its return, also over a change of process', async () => {
    const { accountId } = await openPaperAccount(database.db);
    let now = NOON.getTime();
    const account = { accountId, name: 'ib', broker: 'ibkr' } as const;
    const watch = () => createConnectionWatch(account, { alerts, clock: { now: () => new Date(now) } });
    const first = watch();
    await first.look(false);
    now += 59_000;
    await first.look(false);
    await first.look(true);
    expect(await ofAccount(accountId)).toEqual([]);
    await first.look(false);
    now += 60_000;
    await first.look(false);
    await first.look(false);
    now += 1_000;
    const second = watch();
    await second.look(false);
    now += 120_000;
    await second.look(false);
    await second.look(true);
    await second.look(true);
    expect((await ofAccount(accountId)).map(({ kind }) => kind)).toEqual(['connection_restored', 'connection_lost']);
  });
});
