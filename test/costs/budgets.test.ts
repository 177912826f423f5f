import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createAlertBooks } from '../../db/repositories/alerts.ts';
import { createLlmBudgets } from '../../db/repositories/llm-budgets.ts';
import { createUsageRepository } from '../../db/repositories/usage.ts';
import type { LlmBudgets } from '../../src/ports/budgets.ts';
import type { TaskRecord, UsageRecord } from '../../src/ports/repositories.ts';
import { DAY_MS, NOON, pendingTask } from '../integration/db/fixtures.ts';
import { createTestDatabase, type TestDatabase } from '../integration/postgres.ts';

describe('budgets of calls to models', () => {
  let database: TestDatabase;
  let budgets: LlmBudgets;
  let task: TaskRecord;
  beforeAll(async () => {
    database = await createTestDatabase();
    budgets = createLlmBudgets(database.db);
  });
  beforeEach(async () => {
    task = await pendingTask(database.db);
    await budgets.set({ strategyId: null, dailyUsd: null, setBy: 'ada', setAt: NOON });
  });
  afterAll(() => database.drop());

  const reserve = (upperBoundUsd: string, more: { callId?: string; at?: Date } = {}) =>
    budgets.reserve({
      ...{ callId: randomUUID(), taskId: task.taskId, strategyId: task.strategyId, upperBoundUsd, at: NOON },
      ...more,
    });
  const setDaily = (dailyUsd: string | null) =>
    budgets.set({ strategyId: task.strategyId, dailyUsd, setBy: 'ada', setAt: NOON });
  const used = (callId: string, changes: Partial<UsageRecord>): UsageRecord => ({
    ...{ callId, taskId: task.taskId, provider: 'openai', mode: 'batch', model: 'gpt-4.1-mini', state: 'answered' },
    ...{ inputTokens: 10, outputTokens: 5, costUsd: '0.1', at: NOON },
    ...changes,
  });
  const stand = async () => (await budgets.list(NOON)).find(({ strategyId }) => strategyId === task.strategyId);

  test('without a budget everything is granted, and counted for one that is set later', async () => {
    expect(await reserve('5')).toEqual({ granted: true });
    await setDaily('6');
    expect(await stand()).toMatchObject({ dailyUsd: '6', spentUsd: '0', reservedUsd: '5', day: '2026-03-02' });
    expect(await reserve('1.01')).toMatchObject({ granted: false });
    expect(await reserve('1')).toEqual({ granted: true });
  });

  test('of many calls at once exactly those get the money that it is enough for', async () => {
    await setDaily('1');
    const answers = await Promise.all(Array.from({ length: 30 }, () => reserve('0.1')));
    expect(answers.filter(({ granted }) => granted)).toHaveLength(10);
    expect(await stand()).toMatchObject({ spentUsd: '0', reservedUsd: '1' });
  });

  test('a reservation of a killed submit is kept, and its repetition takes nothing more', async () => {
    await setDaily('1');
    const callId = randomUUID();
    expect(await reserve('0.9', { callId })).toEqual({ granted: true });
    expect(await reserve('0.9', { callId })).toEqual({ granted: true });
    expect(await stand()).toMatchObject({ reservedUsd: '0.9' });
    await createUsageRepository(database.db).put(used(callId, { costUsd: '0.25' }));
    expect(await stand()).toMatchObject({ spentUsd: '0.25', reservedUsd: '0' });
    await budgets.release(callId, NOON);
    expect(await stand()).toMatchObject({ spentUsd: '0.25' });
  });

  test('proven absence gives the money back; the next attempt asks anew', async () => {
    await setDaily('1');
    const callId = randomUUID();
    await reserve('0.9', { callId });
    await budgets.release(callId, NOON);
    expect(await reserve('0.5')).toEqual({ granted: true });
    expect(await reserve('0.9', { callId })).toMatchObject({ granted: false });
    expect(await reserve('0.5', { callId })).toEqual({ granted: true });
  });

  test('a refused call costs nothing; one of which the bill is unknown keeps its upper bound', async () => {
    await setDaily('10');
    const usage = createUsageRepository(database.db);
    const [refused, presumed] = [randomUUID(), randomUUID()];
    await reserve('2', { callId: refused });
    await reserve('3', { callId: presumed });
    await usage.put(used(refused, { state: 'refused', costUsd: '0' }));
    await usage.put(used(presumed, { state: 'presumed', costUsd: '0' }));
    expect(await stand()).toMatchObject({ spentUsd: '3', reservedUsd: '0' });
  });

  test('the day is the UTC day', async () => {
    await setDaily('1');
    expect(await reserve('1', { at: new Date('2026-03-01T23:59:59.999Z') })).toEqual({ granted: true });
    expect(await reserve('1', { at: new Date('2026-03-02T00:00:00.000Z') })).toEqual({ granted: true });
    expect(await reserve('0.01', { at: NOON })).toMatchObject({ granted: false });
  });

  test('the budget of the service holds for all strategies together', async () => {
    const at = new Date(NOON.getTime() + 40 * DAY_MS);
    await budgets.set({ strategyId: null, dailyUsd: '1', setBy: 'ada', setAt: NOON });
    expect(await reserve('0.6', { at })).toEqual({ granted: true });
    task = await pendingTask(database.db);
    const denied = await reserve('0.6', { at });
    expect(denied).toMatchObject({ granted: false, reason: expect.stringContaining('the budget of the service') });
  });

  test('a denial is one alert a day, however often it is asked', async () => {
    await setDaily('0');
    await Promise.all(Array.from({ length: 5 }, () => reserve('0.01')));
    const alerts = await createAlertBooks(database.db).list({ kind: 'budget_exhausted', limit: 100 });
    const own = alerts.filter(({ strategyId }) => strategyId === task.strategyId);
    expect(own).toMatchObject([{ severity: 'warning', count: 5, workflowId: `job/${task.taskId}` }]);
    expect(own[0]?.text).toContain('which leaves $0; the call may cost up to $0.01');
  });

  test('costs are summed by day and model; fallback prices are told apart', async () => {
    const usage = createUsageRepository(database.db);
    await usage.put(used(randomUUID(), { costUsd: '0.1', cachedInputTokens: 4 }));
    await usage.put(used(randomUUID(), { costUsd: '0.2' }));
    await usage.put(used(randomUUID(), { model: 'made-up', costUsd: '7', priceBasis: 'fallback' }));
    await usage.put(used(randomUUID(), { state: 'refused', costUsd: '0' }));
    const since = new Date(NOON.getTime() - DAY_MS);
    const lines = await budgets.costs({ strategyIds: [task.strategyId], since, limit: 100 });
    expect(lines).toMatchObject([
      { day: '2026-03-02', model: 'gpt-4.1-mini', calls: 2, inputTokens: 20, cachedInputTokens: 4, costUsd: '0.3' },
      { model: 'made-up', calls: 1, costUsd: '7', fallbackPricedCalls: 1 },
    ]);
    expect(await budgets.costs({ strategyIds: [], since, limit: 100 })).toEqual([]);
  });

  test('a budget for a strategy that is not there is refused', async () => {
    const budget = { dailyUsd: '1', setBy: 'ada', setAt: NOON };
    await expect(budgets.set({ ...budget, strategyId: randomUUID() })).rejects.toMatchObject({
      code: 'STRATEGY_NOT_FOUND',
    });
    await expect(budgets.set({ ...budget, strategyId: "x'; drop table" })).rejects.toMatchObject({
      code: 'STRATEGY_NOT_FOUND',
    });
  });
});
