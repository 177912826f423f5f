import { describe, expect, test } from '@jest/globals';
import { FoliosError } from '../../src/contracts/errors.ts';
import { TaskState } from '../../src/domain/research/task-state.ts';
import { type BatchSearch, ProviderError } from '../../src/ports/llm-provider.ts';
import { jobWith, now, round, taskId, timings } from '../../test/factories/provider-job-double.ts';
import { pollDelayMs } from './provider.ts';

const attempt = { ...round, attemptsBefore: 0 };
const refusal = new ProviderError('slow down', { code: 'PROVIDER_RATE_LIMITED', effect: 'none', retryAfterMs: 5000 });
const lost = new ProviderError('socket hang up', { code: 'PROVIDER_UNAVAILABLE', effect: 'unknown' });

describe('submitting', () => {
  test('that was refused without effect says so, with the count of calls and the wait that was asked for', async () => {
    const { run } = jobWith({ batch: { submit: () => Promise.reject(refusal) } });
    await expect(run('submitJob', attempt)).rejects.toMatchObject({
      type: 'PROVIDER_RATE_LIMITED',
      details: [{ retryAfterMs: 5000, attempts: 1 }],
    });
  });

  test('that was lost on the way is a doubt, which nobody may retry blindly', async () => {
    const { run } = jobWith({ batch: { submit: () => Promise.reject(lost) } });
    await expect(run('submitJob', attempt)).rejects.toMatchObject({ type: 'SUBMIT_IN_DOUBT', nonRetryable: true });
  });

  test('again after a call whose end nobody knows is refused before the provider is called', async () => {
    const { run } = jobWith({ intent: { attempts: 1 } });
    await expect(run('submitJob', attempt)).rejects.toMatchObject({ type: 'SUBMIT_IN_DOUBT', nonRetryable: true });
  });

  test('what the provider has already answers with its id and calls nobody', async () => {
    const { run } = jobWith({ intent: { attempts: 1, providerJobId: 'batch_1' } });
    expect(await run('submitJob', attempt)).toEqual({ providerJobId: 'batch_1' });
  });

  test('without an intent is refused', async () => {
    const { run } = jobWith({ intent: null });
    await expect(run('submitJob', attempt)).rejects.toMatchObject({ type: 'TASK_STATE_CONFLICT' });
  });
});

describe('a direct call', () => {
  test('is not made while there is no place for its answer', async () => {
    const { run, usage } = jobWith({ mode: 'direct', isStoreFull: true });
    await expect(run('submitJob', attempt)).rejects.toMatchObject({
      type: 'ARTIFACT_STORE_FULL',
      details: [{ attempts: 0 }],
    });
    expect([...usage.values()]).toEqual([]);
  });

  test('that was refused costs nothing', async () => {
    const { run, usage } = jobWith({ mode: 'direct', ask: () => Promise.reject(refusal) });
    await expect(run('submitJob', attempt)).rejects.toMatchObject({ type: 'PROVIDER_RATE_LIMITED' });
    expect([...usage.values()]).toMatchObject([{ state: 'refused', inputTokens: 0, costUsd: '0' }]);
  });

  test('whose model refuses to answer fails for good', async () => {
    const item = { customId: 'k-0', outcome: 'failed', reason: 'I cannot help with that' } as const;
    const { run } = jobWith({ mode: 'direct', ask: async () => ({ raw: new Uint8Array(), item }) });
    await expect(run('submitJob', attempt)).rejects.toMatchObject({
      type: 'PROVIDER_REJECTED',
      nonRetryable: true,
      message: expect.stringContaining('I cannot help with that'),
    });
  });

  test('whose worker died is counted as paid like the one that was answered', async () => {
    const call = { taskId, provider: 'openai', mode: 'direct', model: 'gpt-4.1-mini', at: now } as const;
    const { run, usage } = jobWith({
      mode: 'direct',
      intent: { attempts: 2, providerJobId: `answer-${'a'.repeat(64)}` },
      files: [{ name: 'answer.txt', sha256: 'a'.repeat(64) }],
      usage: [
        { ...call, callId: 'k-1', state: 'started', inputTokens: 90, outputTokens: 0, costUsd: '0' },
        { ...call, callId: 'k-2', state: 'answered', inputTokens: 100, outputTokens: 50, costUsd: '0.5' },
      ],
    });
    expect(await run('harvestJob', round)).toMatchObject({ outcome: 'malformed' });
    expect(usage.get('k-1')).toMatchObject({ state: 'presumed', inputTokens: 100, outputTokens: 50, costUsd: '0.5' });
  });

  test('whose answer is not recorded cannot be harvested', async () => {
    const { run } = jobWith({ mode: 'direct', intent: { providerJobId: 'answer-x' } });
    await expect(run('harvestJob', round)).rejects.toMatchObject({ type: 'ARTIFACT_NOT_FOUND' });
  });

  test('that was in doubt is absent at the provider, and there is nothing to poll or to cancel', async () => {
    const { run } = jobWith({ mode: 'direct', intent: { attempts: 1, attemptedAt: now } });
    expect(await run('reconcileSubmission', round)).toEqual({ outcome: 'absent', attempts: 1 });
    await expect(run('pollJob', round)).rejects.toMatchObject({ type: 'TASK_STATE_CONFLICT' });
    await run('cancelJob', round);
  });
});

describe('reconciling a batch in doubt', () => {
  const found = (search: BatchSearch) => ({ find: async () => search });

  test('takes the id that stands where a call that was given up for lost came back after all', async () => {
    const { run, transitions } = jobWith({
      intent: { attempts: 1, attemptedAt: now },
      batch: found({ kind: 'found', providerJobId: 'batch_2' }),
      recordedMeanwhile: 'batch_1',
    });
    expect(await run('reconcileSubmission', round)).toEqual({ outcome: 'submitted', providerJobId: 'batch_1' });
    expect(transitions).toEqual(['submitted batch_1']);
  });

  test('passes on any other trouble of recording it', async () => {
    const { run } = jobWith({
      intent: { attempts: 1, attemptedAt: now },
      batch: found({ kind: 'found', providerJobId: 'batch_2' }),
      recordSubmission: () => Promise.reject(new FoliosError('DATABASE_UNREACHABLE', 'gone')),
    });
    await expect(run('reconcileSubmission', round)).rejects.toMatchObject({ type: 'DATABASE_UNREACHABLE' });
  });

  test('does not call absence proven before the quiet time has passed', async () => {
    const early = new Date(now.getTime() - 5000);
    const { run } = jobWith({ intent: { attempts: 1, attemptedAt: early }, batch: found({ kind: 'absent' }) });
    await expect(run('reconcileSubmission', round)).rejects.toMatchObject({
      type: 'SUBMIT_IN_DOUBT',
      nonRetryable: false,
      nextRetryDelay: 15_000,
    });
    const long = new Date(now.getTime() - 20_000);
    const proven = jobWith({ intent: { attempts: 1, attemptedAt: long }, batch: found({ kind: 'absent' }) });
    expect(await proven.run('reconcileSubmission', round)).toEqual({ outcome: 'absent', attempts: 1 });
  });

  test('waits while a batch that may be ours is open, and calls nobody where nothing was begun', async () => {
    const search = found({ kind: 'undecided', reason: 'batch_9 may be ours' });
    const { run } = jobWith({ intent: { attempts: 1, attemptedAt: now }, batch: search });
    await expect(run('reconcileSubmission', round)).rejects.toMatchObject({ message: 'batch_9 may be ours' });
    expect(await jobWith({}).run('reconcileSubmission', round)).toEqual({ outcome: 'absent', attempts: 0 });
  });
});

describe('a batch', () => {
  test('without a line for our item fails the task', async () => {
    const { run } = jobWith({
      intent: { attempts: 1, providerJobId: 'batch_1' },
      batch: { harvest: async () => ({ raw: new Uint8Array(), items: [] }) },
    });
    expect(await run('harvestJob', round)).toMatchObject({ outcome: 'failed', code: 'JOB_PARTLY_FAILED' });
  });

  test('that was not submitted cannot be harvested, and cancelling it or an ended one calls nobody', async () => {
    await expect(jobWith({}).run('harvestJob', round)).rejects.toMatchObject({ type: 'TASK_STATE_CONFLICT' });
    await jobWith({}).run('cancelJob', round);
    await jobWith({ state: TaskState.failed, intent: { providerJobId: 'batch_1' } }).run('cancelJob', round);
  });
});

test('polls come quickly at first and then ever more rarely, up to the longest interval', () => {
  expect([1, 2, 3, 4].map((one) => pollDelayMs(timings, one))).toEqual([1000, 1500, 2250, 3375]);
  expect(pollDelayMs(timings, 1_000_000)).toBe(60_000);
});
