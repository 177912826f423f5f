import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FoliosError } from '../../src/contracts/errors.ts';
import { PROVIDER_NAMES } from '../../src/domain/research/provider.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { allIn, runIds, runToEnd, saveStrategy } from '../factories/research-runs.ts';
import { waitFor } from '../factories/wait-for.ts';

let harness: ResearchHarness;
beforeAll(async () => {
  harness = await startResearchHarness({
    latencyMs: 600_000,
    env: { FOLIOS_POLL_INTERVAL_MS: '5000', FOLIOS_POLL_MAX_INTERVAL_MS: '5000' },
  });
  const { timings } = harness.services;
  Object.assign(harness.services, { timings: (provider: never) => ({ ...timings(provider), jobTimeoutMs: 2000 }) });
}, 60_000);
afterAll(() => harness?.close());

describe('a provider job', () => {
  test('whose batch does not end in time fails as timed out and cancels the batch, so that nobody pays for it', async () => {
    const strategy = await saveStrategy(harness.services, { providers: allIn('batch') });
    const ids = runIds();
    const outcomes = await runToEnd(harness, strategy, ids, { providers: ['openai'] });
    expect(outcomes.openai.failure).toEqual({
      code: 'JOB_TIMED_OUT',
      reason: expect.stringMatching(/^not in the time allowed: the provider says (validating|in_progress)$/),
    });
    const { batches } = await harness.emulators.state('openai');
    expect(batches.map((one) => one.status)).toEqual(['cancelling']);
  });

  test('whose question cannot be written fails its task with the reason and asks nobody', async () => {
    const strategy = await saveStrategy(harness.services, { universe: ['KO', 'NOPE'], providers: allIn('batch') });
    const ids = runIds();
    const outcomes = await runToEnd(harness, strategy, ids);
    for (const provider of PROVIDER_NAMES) {
      const failure = { code: 'TICKER_UNKNOWN', reason: expect.stringContaining('NOPE') };
      expect(outcomes[provider]).toMatchObject({ state: 'failed', failure });
      const task = await harness.services.research.findTask(ids.taskId(provider));
      expect(task).toMatchObject({ state: 'failed', failureCode: failure.code, failureReason: failure.reason });
    }
  });

  test('cancelled while its question cannot be stored fails as cancelled as soon as that can be recorded', async () => {
    const { artifacts, research } = harness.services;
    const unavailable = new FoliosError('ARTIFACT_STORE_UNAVAILABLE', 'no route to the store');
    Object.assign(harness.services, { artifacts: { ...artifacts, put: () => Promise.reject(unavailable) } });
    const strategyId = await saveStrategy(harness.services, { providers: allIn('batch') });
    const ids = runIds();
    const taskId = ids.taskId('openai');
    const { requestGroupId } = ids;
    await harness.folios.startResearchRun({ strategyId, requestGroupId, providers: ['openai'] });
    const job = harness.folios.providerJob(taskId);
    await waitFor('the job', async () => (await job.describe().catch(() => null)) !== null);
    await job.cancel();
    Object.assign(harness.services, { artifacts });
    await expect(job.result()).rejects.toMatchObject({ cause: { type: 'JOB_CANCELLED' } });
    expect(await research.findTask(taskId)).toMatchObject({ state: 'failed', failureCode: 'JOB_CANCELLED' });
  });
});
