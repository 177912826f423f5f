import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createOrderJournal } from '../../../db/repositories/order-journal.ts';
import { createServiceFigures } from '../../../db/repositories/service-figures.ts';
import { createTradingSwitch } from '../../../db/repositories/trading-switch.ts';
import { createUsageRepository } from '../../../db/repositories/usage.ts';
import { createPrometheusMetrics } from '../../../src/adapters/metrics/prometheus.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { NOON, pendingTask } from './fixtures.ts';
import { executionOf, openPaperAccount, pendingOrder, recordIn, submittedOrder, trade } from './order-fixtures.ts';

describe('the figures of the service', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  test('count what is under way or waits, and not what is over', async () => {
    const { db } = database;
    const journal = createOrderJournal(db);
    const { accountId } = await openPaperAccount(db);
    await pendingOrder(journal, accountId);
    await submittedOrder(journal, accountId);
    await trade(journal, accountId, ['BUY', '10', '60']);
    await recordIn(journal, accountId, executionOf('nobody/1'), NOON);
    const other = await openPaperAccount(db);
    await createTradingSwitch(db).set({
      ...{ accountId: other.accountId, mode: 'paused', reason: 'a try', by: 'ada', at: NOON },
    });
    const { taskId } = await pendingTask(db);
    const call = { taskId, provider: 'openai', mode: 'batch', model: 'gpt-4.1-mini', state: 'answered' } as const;
    const usage = createUsageRepository(db);
    const yesterday = new Date(NOON.getTime() - 86_400_000);
    await usage.put({ ...call, callId: 'a', inputTokens: 1, outputTokens: 2, costUsd: '1.25', at: NOON });
    await usage.put({ ...call, callId: 'b', inputTokens: 1, outputTokens: 2, costUsd: '7', at: yesterday });

    const figures = await createServiceFigures(db).read(new Date(NOON.getTime() + 90_000));
    expect(figures).toEqual({
      openOrders: [
        { broker: 'paper', state: 'PENDING', count: 1 },
        { broker: 'paper', state: 'SUBMITTED', count: 1 },
      ],
      oldestDoubtSeconds: 90,
      openTasks: [{ provider: 'openai', state: 'pending', count: 1 }],
      keptReports: 1,
      accounts: [
        { broker: 'paper', mode: 'normal', count: 1 },
        { broker: 'paper', mode: 'paused', count: 1 },
      ],
      llmSpend: [{ provider: 'openai', costUsd: '1.25', calls: 1 }],
    });
  });

  test('are shown to Prometheus', async () => {
    const clock = { now: () => new Date(NOON.getTime() + 90_000) };
    const metrics = createPrometheusMetrics({ figures: createServiceFigures(database.db), clock, sdkUrl: null });
    const text = await metrics.render();
    for (const line of [
      'folios_figures_up 1',
      'folios_open_orders{broker="paper",state="SUBMITTED"} 1',
      'folios_oldest_unconfirmed_order_seconds 90',
      'folios_accounts{broker="paper",mode="paused"} 1',
      'folios_llm_spend_usd_today{provider="openai"} 1.25',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });
});
