import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProviderName } from '../../src/domain/research/provider.ts';
import { jobQuery } from '../../workflows/provider-job/messages.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { allIn, runIds, saveStrategy } from '../factories/research-runs.ts';
import { waitFor } from '../factories/wait-for.ts';
import { eventsOf } from '../factories/workflow-history.ts';

let harness: ResearchHarness;
beforeAll(async () => {
  // No batch ends by itself, and no automatic poll comes soon enough to be the one that sees its end.
  const env = { FOLIOS_POLL_INTERVAL_MS: '600000', FOLIOS_POLL_MAX_INTERVAL_MS: '600000' };
  harness = await startResearchHarness({ latencyMs: 600_000, directLatencyMs: 0, env });
}, 60_000);
afterAll(() => harness?.close());

async function start(mode: 'batch' | 'direct', provider: ProviderName, hold: boolean) {
  const strategyId = await saveStrategy(harness.services, { providers: allIn(mode) });
  const ids = runIds();
  const { handle } = await harness.folios.startResearchRun({
    strategyId,
    requestGroupId: ids.requestGroupId,
    providers: [provider],
    hold,
  });
  const taskId = ids.taskId(provider);
  const job = harness.folios.providerJob(taskId);
  const view = () => job.query(jobQuery).catch(() => null);
  return { ids, taskId, job, view, run: handle };
}

/** Lets every open batch of the provider end now. */
async function endBatches(provider: ProviderName): Promise<void> {
  await harness.emulators.setLatency(provider, { latencyMs: 0, openBatches: true });
  await harness.emulators.setLatency(provider, { latencyMs: 600_000 });
}

const conflict = { cause: { type: 'TASK_STATE_CONFLICT', nonRetryable: true } };

describe('a held job', () => {
  test('goes step by step at a person`s word: submit, poll, harvest, and its orders wait for another', async () => {
    const { folios, services } = harness;
    const { taskId, job, view, run } = await start('batch', 'openai', true);
    await waitFor('the held job', async () => (await view())?.step.includes('waiting for `submit`'));
    expect(await services.research.findTask(taskId)).toMatchObject({ state: 'pending', providerJobId: null });

    const submitted = await folios.submitJob(taskId);
    expect(submitted).toMatchObject({ state: 'awaiting_results', providerJobId: expect.stringMatching(/^batch_/) });
    expect(await folios.pollJob(taskId)).toMatchObject({ state: 'working', pollCount: 1 });
    expect((await view())?.state).toBe('awaiting_results');

    await endBatches('openai');
    expect(await folios.pollJob(taskId)).toMatchObject({
      state: 'ended',
      providerStatus: 'completed',
      counts: { total: 1, completed: 1, failed: 0 },
      pollCount: 2,
    });
    await waitFor('the wait for harvest', async () => (await view())?.step.includes('waiting for `harvest`'));
    expect(await services.research.listRecommendations(taskId)).toEqual([]);

    expect(await folios.harvestJob(taskId)).toMatchObject({ state: 'succeeded' });
    expect(await job.result()).toMatchObject({ recommendationCount: expect.any(Number) });
    expect((await run.result()).outcomes).toMatchObject([{ state: 'succeeded', totalUsd: null }]);
    expect(await services.portfolio.listOrders({ ticketId: taskId })).toEqual([]);

    const settled = await (await folios.startTicket({ ticketId: taskId, taskId, initialBalanceUsd: '5000' })).result();
    expect(settled.totalUsd).toBe('5000');
    expect(settled.filledCount).toBeGreaterThan(0);
    expect(await services.research.findTask(taskId)).toMatchObject({ executedAt: expect.anything() });
  });

  test('refuses a step at the wrong moment, and the refusal leaves no event', async () => {
    const { folios } = harness;
    const { taskId, job, view } = await start('batch', 'gemini', true);
    await waitFor('the held job', async () => (await view())?.step.includes('waiting for `submit`'));
    const refused = async (...updates: (() => Promise<unknown>)[]) => {
      const accepted = async () =>
        (await eventsOf(job)).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length;
      const before = await accepted();
      for (const update of updates) await expect(update()).rejects.toMatchObject(conflict);
      expect(await accepted()).toBe(before);
    };
    await refused(
      () => folios.pollJob(taskId),
      () => folios.harvestJob(taskId),
    );
    await folios.submitJob(taskId);
    await refused(
      () => folios.submitJob(taskId),
      () => folios.harvestJob(taskId),
    );
    await endBatches('gemini');
    await folios.pollJob(taskId);
    await refused(() => folios.submitJob(taskId));
    expect(await folios.harvestJob(taskId)).toMatchObject({ state: 'succeeded' });
    await expect(folios.cancelJob(taskId, 'too late')).rejects.toThrow();
  });

  test('tells that its batch failed to the person who polls, and fails', async () => {
    const { folios, services, emulators } = harness;
    const { ids, taskId, view } = await start('batch', 'anthropic', true);
    await emulators.arm('anthropic', { on: 'outcome', fault: 'expired', match: ids.key('anthropic') });
    await waitFor('the held job', async () => (await view())?.step.includes('waiting for `submit`'));
    await folios.submitJob(taskId);
    await endBatches('anthropic');
    expect(await folios.pollJob(taskId)).toMatchObject({ state: 'expired' });
    const task = await waitFor('the failure', async () => {
      const found = await services.research.findTask(taskId);
      return found?.state === 'failed' ? found : null;
    });
    expect(task.failureCode).toBe('JOB_EXPIRED');
  });

  test('in direct mode is answered on submit and waits for harvest alone', async () => {
    const { folios } = harness;
    const { taskId, view } = await start('direct', 'anthropic', true);
    await waitFor('the held job', async () => (await view())?.step.includes('waiting for `submit`'));
    expect(await folios.submitJob(taskId)).toMatchObject({
      state: 'awaiting_results',
      lastStatus: { state: 'ended', providerStatus: 'answered' },
    });
    expect(await folios.pollJob(taskId)).toMatchObject({ state: 'ended' });
    expect(await folios.harvestJob(taskId)).toMatchObject({ state: 'succeeded' });
  });
});

describe('an automatic job', () => {
  test('goes on at once when a person`s poll sees the end before its own poll does', async () => {
    const { taskId, view, run } = await start('batch', 'openai', false);
    await waitFor('the batch', async () => (await view())?.state === 'awaiting_results');
    expect(await harness.folios.pollJob(taskId)).toMatchObject({ state: 'working' });
    await endBatches('openai');
    expect(await harness.folios.pollJob(taskId)).toMatchObject({ state: 'ended' });
    expect((await run.result()).outcomes).toMatchObject([{ state: 'executed' }]);
  });

  test('survives a poll that failed at the provider', async () => {
    const { ids, taskId, view, run } = await start('batch', 'gemini', false);
    await waitFor('the batch', async () => (await view())?.state === 'awaiting_results');
    await waitFor(
      'its first poll',
      async () => ((await harness.services.research.findTask(taskId))?.pollCount ?? 0) > 0,
    );
    await harness.emulators.arm('gemini', { on: 'poll', fault: '500' });
    await expect(harness.folios.pollJob(taskId)).rejects.toThrow();
    expect((await view())?.state).toBe('awaiting_results');
    await endBatches('gemini');
    await harness.folios.pollJob(taskId);
    expect((await run.result()).outcomes).toMatchObject([
      { provider: 'gemini', taskId: ids.taskId('gemini'), state: 'executed' },
    ]);
  });
});
