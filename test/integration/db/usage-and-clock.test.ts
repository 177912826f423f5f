import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMarketClockRepository } from '../../../db/repositories/market-clock.ts';
import { createUsageRepository } from '../../../db/repositories/usage.ts';
import type { UsageRecord } from '../../../src/ports/repositories.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { NOON, pendingTask } from './fixtures.ts';

describe('usage and market clock repositories', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  test('a call is recorded once by its id; totals leave out what was refused and other providers', async () => {
    const usage = createUsageRepository(database.db);
    const { taskId, strategyId } = await pendingTask(database.db);
    const none = { calls: 0, inputTokens: 0, outputTokens: 0, costUsd: '0' };
    expect(await usage.totals(strategyId, 'openai')).toEqual(none);
    const call = (callId: string, changes: Partial<UsageRecord> = {}): UsageRecord => ({
      callId: `${taskId}-${callId}`,
      taskId,
      provider: 'openai',
      mode: 'direct',
      model: 'gpt-4.1-mini',
      state: 'answered',
      inputTokens: 1000,
      outputTokens: 200,
      costUsd: '0.0001234',
      at: NOON,
      ...changes,
    });
    await usage.put(call('1', { state: 'started', outputTokens: 0, costUsd: '0' }));
    await usage.put(call('1'));
    await usage.put(call('2', { state: 'presumed', inputTokens: 3_000_000_000, costUsd: '1' }));
    await usage.put(call('3', { state: 'refused', costUsd: '0' }));
    expect(await usage.listByTask(taskId)).toHaveLength(3);
    expect((await usage.listByTask(taskId))[0]).toEqual(call('1'));
    expect(await usage.totals(strategyId, 'openai')).toEqual({
      calls: 2,
      inputTokens: 3_000_001_000,
      outputTokens: 400,
      costUsd: '1.0001234',
    });
    expect(await usage.totals(strategyId, 'gemini')).toEqual(none);
  });

  test('the clock only goes forward, whoever moves it', async () => {
    const clock = createMarketClockRepository(database.db);
    expect(await clock.get()).toBeNull();
    expect(await clock.advance('2026-03-02')).toBe(true);
    expect(await clock.advance('2026-03-02')).toBe(true);
    expect(await clock.advance('2026-03-01')).toBe(false);
    const days = Array.from({ length: 9 }, (_, index) => `2026-03-1${index}`);
    await Promise.all(days.reverse().map((day) => clock.advance(day)));
    expect(await clock.get()).toBe('2026-03-18');
    await expect(clock.advance('2026-02-30')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});
