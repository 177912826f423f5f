import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jobQuery } from '../../workflows/provider-job/messages.ts';
import type { ResearchRunResult } from '../../workflows/research-run/messages.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { allIn, runIds, saveStrategy } from '../factories/research-runs.ts';

describe('a run whose budget is used up', () => {
  let harness: ResearchHarness;
  beforeAll(async () => {
    harness = await startResearchHarness({ latencyMs: 0 });
  });
  afterAll(() => harness.close());

  const runWith = async (dailyUsd: string, mode: 'batch' | 'direct') => {
    const { services, folios } = harness;
    const slug = await saveStrategy(services, { providers: allIn(mode) });
    const strategy = await services.strategies.find(slug);
    if (!strategy) throw new Error('it was saved');
    await services.budgets.set({ strategyId: strategy.id, dailyUsd, setBy: 'ada', setAt: new Date() });
    const ids = runIds();
    const { handle } = await folios.startResearchRun({
      ...{ strategyId: slug, requestGroupId: ids.requestGroupId, force: true },
    });
    return { ids, strategyId: strategy.id, result: (await handle.result()) as ResearchRunResult };
  };
  const tasksOf = (requestGroupId: string) => harness.services.research.listTasks({ requestGroupId });
  const standOf = async (strategyId: string) =>
    (await harness.services.budgets.list(new Date())).find((one) => one.strategyId === strategyId);

  test.each(['batch', 'direct'] as const)('is denied, not failed, and nothing is asked (%s)', async (mode) => {
    const { ids, result, strategyId } = await runWith('0', mode);
    expect(result.outcomes.map(({ state, failure }) => [state, failure?.code])).toEqual(
      Array.from({ length: 3 }, () => ['denied', 'BUDGET_EXCEEDED']),
    );
    const tasks = await tasksOf(ids.requestGroupId);
    expect(tasks.map(({ state, failureCode, submittedAt }) => [state, failureCode, submittedAt])).toEqual(
      Array.from({ length: 3 }, () => ['denied', 'BUDGET_EXCEEDED', null]),
    );
    for (const { taskId } of tasks) expect(await harness.services.usage.listByTask(taskId)).toEqual([]);
    const job = harness.client.workflow.getHandle(`job/${ids.taskId('openai')}`);
    expect((await job.describe()).status.name).toBe('COMPLETED');
    expect(await job.query(jobQuery)).toMatchObject({ state: 'denied', failure: { code: 'BUDGET_EXCEEDED' } });
    const about = await harness.services.alerts.list({ limit: 100 });
    expect(about.filter((one) => one.strategyId === strategyId).map(({ kind }) => kind)).toEqual(['budget_exhausted']);
  });

  test('what one provider cannot afford another may: each task is judged by itself', async () => {
    // Claude's upper bound alone is above it: 8192 tokens of output at half of 5 dollars a million are 2 cents.
    const { result, strategyId } = await runWith('0.02', 'batch');
    const states = Object.fromEntries(result.outcomes.map(({ provider, state }) => [provider, state]));
    expect(states.anthropic).toBe('denied');
    expect(Object.values(states)).toContain('executed');
    const stand = await standOf(strategyId);
    expect(stand?.reservedUsd).toBe('0');
    expect(Number(stand?.spentUsd)).toBeGreaterThan(0);
    expect(Number(stand?.spentUsd)).toBeLessThanOrEqual(0.02);
  });

  test('what was reserved is settled with the real cost, exactly what the calls have cost', async () => {
    const { ids, strategyId } = await runWith('100', 'direct');
    const tasks = await tasksOf(ids.requestGroupId);
    const calls = (await Promise.all(tasks.map(({ taskId }) => harness.services.usage.listByTask(taskId)))).flat();
    const stand = await standOf(strategyId);
    const cost = calls.reduce((sum, call) => sum + Number(call.costUsd), 0);
    expect(Number(stand?.spentUsd)).toBeCloseTo(cost, 10);
    expect(stand?.reservedUsd).toBe('0');
  });

  test('a batch whose creation is in doubt reserves once, and costs once', async () => {
    const { services, folios, emulators } = harness;
    const slug = await saveStrategy(services, { providers: allIn('batch') });
    const strategy = await services.strategies.find(slug);
    await services.budgets.set({ strategyId: strategy?.id ?? '', dailyUsd: '0.02', setBy: 'ada', setAt: new Date() });
    const ids = runIds();
    await emulators.arm('openai', { on: 'create', fault: 'reset_after', match: ids.key('openai') });
    const { handle } = await folios.startResearchRun({
      ...{ strategyId: slug, requestGroupId: ids.requestGroupId, force: true, providers: ['openai'] },
    });
    expect(((await handle.result()) as ResearchRunResult).outcomes).toMatchObject([{ state: 'executed' }]);
    expect(await standOf(strategy?.id ?? '')).toMatchObject({ reservedUsd: '0' });
  });
});
