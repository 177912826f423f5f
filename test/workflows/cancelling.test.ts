import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PROVIDER_NAMES, type ProviderName } from '../../src/domain/research/provider.ts';
import type { TaskState } from '../../src/domain/research/task-state.ts';
import { jobQuery } from '../../workflows/provider-job/messages.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { allIn, type RunIds, runIds, saveStrategy } from '../factories/research-runs.ts';
import { waitFor } from '../factories/wait-for.ts';

let harness: ResearchHarness;
beforeAll(async () => {
  // Nothing ends by itself here.
  harness = await startResearchHarness({ latencyMs: 600_000, directLatencyMs: 600_000 });
}, 60_000);
afterAll(() => harness?.close());

async function start(mode: 'batch' | 'direct', more: { hold?: boolean; providers?: ProviderName[] } = {}) {
  const strategyId = await saveStrategy(harness.services, { providers: allIn(mode) });
  const ids = runIds();
  const { handle } = await harness.folios.startResearchRun({ strategyId, requestGroupId: ids.requestGroupId, ...more });
  return { ids, handle };
}

/** Waits until the task stands in this state, as its workflow says. */
function reaches(ids: RunIds, provider: ProviderName, state: TaskState) {
  const job = harness.folios.providerJob(ids.taskId(provider));
  return waitFor(`${provider} ${state}`, async () => {
    const view = await job.query(jobQuery).catch(() => null);
    return view?.state === state ? view : null;
  });
}

async function batchesOf(ids: RunIds, provider: ProviderName) {
  const { batches } = await harness.emulators.state(provider);
  return batches.filter(
    (one) =>
      one.displayName?.includes(ids.everyRound(provider)) ||
      JSON.stringify(one.metadata).includes(ids.everyRound(provider)) ||
      one.customIds.some((id) => id.startsWith(ids.everyRound(provider))),
  );
}

describe('cancelling', () => {
  test('a job by Update cancels the batch at its provider and fails the task with the reason given', async () => {
    const { ids, handle } = await start('batch');
    for (const provider of PROVIDER_NAMES) {
      await reaches(ids, provider, 'awaiting_results');
      const view = await harness.folios.cancelJob(ids.taskId(provider), `no longer wanted at ${provider}`);
      const failure = { code: 'JOB_CANCELLED', reason: `no longer wanted at ${provider}` };
      expect(view).toMatchObject({ state: 'failed', failure });
      const task = await harness.services.research.findTask(ids.taskId(provider));
      expect(task).toMatchObject({ state: 'failed', failureCode: failure.code, failureReason: failure.reason });
      expect((await batchesOf(ids, provider)).map((one) => one.status)).toEqual(['cancelling']);
    }
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'JOB_FAILED' } });
  });

  test('a run cancels its jobs at every provider and orders nothing', async () => {
    const { ids, handle } = await start('batch');
    for (const provider of PROVIDER_NAMES) await reaches(ids, provider, 'awaiting_results');
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ name: 'WorkflowFailedError' });
    for (const provider of PROVIDER_NAMES) {
      const task = await harness.services.research.findTask(ids.taskId(provider));
      expect(task).toMatchObject({ state: 'failed', failureCode: 'JOB_CANCELLED' });
      expect(task?.failureReason).toBe('the workflow was cancelled');
      expect((await batchesOf(ids, provider)).map((one) => one.status)).toEqual(['cancelling']);
      expect(await harness.services.portfolio.listOrders({ ticketId: ids.taskId(provider) })).toEqual([]);
    }
  });

  test('a held job that was not submitted asks no provider', async () => {
    const { ids } = await start('batch', { hold: true, providers: ['openai', 'gemini'] });
    await reaches(ids, 'openai', 'pending');
    await reaches(ids, 'gemini', 'pending');
    const view = await harness.folios.cancelJob(ids.taskId('openai'), 'not today');
    expect(view).toMatchObject({ state: 'failed', failure: { code: 'JOB_CANCELLED', reason: 'not today' } });
    await harness.folios.providerJob(ids.taskId('gemini')).cancel();
    await expect(harness.folios.providerJob(ids.taskId('gemini')).result()).rejects.toMatchObject({
      cause: { type: 'JOB_CANCELLED' },
    });
    for (const provider of ['openai', 'gemini'] as const) {
      const task = await harness.services.research.findTask(ids.taskId(provider));
      expect(task).toMatchObject({ state: 'failed', failureCode: 'JOB_CANCELLED', providerJobId: null });
      expect(await batchesOf(ids, provider)).toEqual([]);
    }
  });

  test('a job that waits to submit again gives up the waiting', async () => {
    const strategyId = await saveStrategy(harness.services, { providers: allIn('batch') });
    const ids = runIds();
    await harness.emulators.arm('openai', {
      on: 'create',
      fault: '429',
      retryAfterSeconds: 3600,
      match: ids.everyRound('openai'),
    });
    await harness.folios.startResearchRun({
      strategyId,
      requestGroupId: ids.requestGroupId,
      providers: ['openai'],
    });
    const job = harness.folios.providerJob(ids.taskId('openai'));
    await waitFor('the refusal and the pause after it', async () => {
      const { events } = await job.fetchHistory();
      return events?.some((event) => event.timerStartedEventAttributes);
    });
    const view = await harness.folios.cancelJob(ids.taskId('openai'), 'too slow');
    expect(view).toMatchObject({ state: 'failed', failure: { code: 'JOB_CANCELLED', reason: 'too slow' } });
    expect(await batchesOf(ids, 'openai')).toEqual([]);
  });

  test('a direct call that is under way aborts it', async () => {
    const { ids } = await start('direct', { providers: ['anthropic'] });
    await reaches(ids, 'anthropic', 'running');
    await waitFor('the call', async () =>
      (await harness.emulators.state('anthropic')).recentCalls.some((one) => one.operation === 'direct'),
    );
    const view = await harness.folios.cancelJob(ids.taskId('anthropic'), 'enough');
    expect(view).toMatchObject({ state: 'failed', failure: { code: 'JOB_CANCELLED', reason: 'enough' } });
    const usage = await harness.services.usage.listByTask(ids.taskId('anthropic'));
    expect(usage).toHaveLength(1);
  });
});
