import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { recommendationAnswerSchema } from '../../../src/contracts/schemas/recommendation.ts';
import type { BatchSearch, BatchStatus, LlmBatchProvider, LlmJob } from '../../../src/ports/llm-provider.ts';
import type { controlOf } from '../emulators/running.ts';
import { intentOf } from './jobs.ts';

/** One adapter over its emulator. A batch takes 150 ms there unless a case sets it. */
export interface BatchFixture {
  readonly provider: () => LlmBatchProvider;
  readonly providerWithKey: (apiKey: string) => LlmBatchProvider;
  readonly control: () => ReturnType<typeof controlOf>;
  readonly job: (key: string, items?: number) => LlmJob;
  /** What a whole batch that failed at the provider looks like: not every vendor has a word for it. */
  readonly failedState: 'failed' | 'ended';
}

const NOBODY = async () => false;

/** The numbered cases that every LlmBatchProvider must pass. */
export function describeBatchConformance(name: string, fixture: BatchFixture): void {
  const provider = () => fixture.provider();
  const arm = (fault: Parameters<ReturnType<typeof controlOf>['arm']>[0]) => fixture.control().arm(fault);
  const batchesOf = async (key: string) =>
    (await fixture.control().state()).batches.filter((batch) => batch.customIds.some((id) => id.startsWith(key)));

  function prepare(key: string, items = 1, job = fixture.job(key, items)) {
    const payload = provider().buildPayload(job);
    return { job, payload, intent: intentOf(job, payload) };
  }
  async function submit(key: string, items = 1): Promise<string> {
    const { intent, payload } = prepare(key, items);
    return (await provider().submit(intent, payload)).providerJobId;
  }
  async function ended(jobId: string): Promise<BatchStatus> {
    for (let tries = 0; tries < 200; tries++, await sleep(20)) {
      const status = await provider().poll(jobId);
      if (status.state !== 'working') return status;
    }
    throw new Error(`${jobId} has not ended`);
  }
  /** Searches as the workflow does: again while the provider cannot tell. */
  async function decided(intent: ReturnType<typeof intentOf>, isClaimed = NOBODY): Promise<BatchSearch> {
    for (let tries = 0; tries < 200; tries++, await sleep(20)) {
      const search = await provider().find(intent, isClaimed);
      if (search.kind !== 'undecided') return search;
    }
    throw new Error('still undecided');
  }
  const doubt = { name: 'ProviderError', code: 'PROVIDER_UNAVAILABLE', effect: 'unknown' };

  describe(`${name} conforms to LlmBatchProvider`, () => {
    afterEach(() => fixture.control().reset());

    test('LB-01 the payload is the same for the same job, one JSON line an item', () => {
      const { job, payload } = prepare('lb01', 2);
      expect(Buffer.from(provider().buildPayload(structuredCloneOf(job)))).toEqual(Buffer.from(payload));
      const lines = Buffer.from(payload).toString().trimEnd().split('\n');
      expect(lines).toHaveLength(2);
      expect(lines.map((line) => JSON.parse(line).custom_id ?? JSON.parse(line).key)).toEqual(['lb01-i0', 'lb01-i1']);
      expect(Buffer.from(payload).toString()).not.toMatch(/temperature|top_p|topP/);
    });

    test('LB-02 a batch is submitted, found, followed to its end and harvested', async () => {
      const { job, payload, intent } = prepare('lb02', 3);
      const { providerJobId } = await provider().submit(intent, payload);
      expect((await provider().poll(providerJobId)).state).toBe('working');
      expect(await ended(providerJobId)).toMatchObject({
        state: 'ended',
        counts: { total: 3, completed: 3, failed: 0 },
        reason: null,
      });
      expect(await provider().find(intent, NOBODY)).toEqual({ kind: 'found', providerJobId });
      const { raw, items } = await provider().harvest(providerJobId);
      expect(items.map((item) => item.customId).sort()).toEqual(job.items.map((item) => item.customId));
      for (const item of items) {
        expect(item).toMatchObject({ outcome: 'answered', truncated: false });
        if (item.outcome !== 'answered') continue;
        expect(recommendationAnswerSchema.parse(JSON.parse(item.text)).recommendations.length).toBeGreaterThan(0);
        expect(item.usage.inputTokens).toBeGreaterThan(10);
        expect(item.usage.outputTokens).toBeGreaterThan(10);
      }
      const lines = Buffer.from(raw).toString().trimEnd().split('\n');
      expect(lines.map((line) => typeof JSON.parse(line))).toEqual(['object', 'object', 'object']);
    });

    test('LB-03 a batch that was never created is absent, also among others', async () => {
      const { intent } = prepare('lb03');
      expect(await provider().find(intent, NOBODY)).toEqual({ kind: 'absent' });
      await ended(await submit('another', 1));
      expect(await decided(intent)).toEqual({ kind: 'absent' });
    });

    test('LB-04 a crash before the create leaves doubt, then proven absence, then one batch', async () => {
      const { intent, payload } = prepare('lb04');
      await arm({ on: 'create', fault: 'reset_before' });
      await expect(provider().submit(intent, payload)).rejects.toMatchObject(doubt);
      expect(await decided(intent)).toEqual({ kind: 'absent' });
      await provider().submit(intent, payload);
      expect(await batchesOf('lb04')).toHaveLength(1);
    });

    test('LB-05 a crash after the create leaves doubt, then the one batch is found and harvested', async () => {
      const { intent, payload } = prepare('lb05');
      await arm({ on: 'create', fault: 'reset_after' });
      await expect(provider().submit(intent, payload)).rejects.toMatchObject(doubt);
      const created = await batchesOf('lb05');
      expect(created).toHaveLength(1);
      const search = await decided(intent);
      expect(search).toMatchObject({ kind: 'found', providerJobId: expect.stringContaining(created[0]?.id ?? '?') });
      if (search.kind !== 'found') return;
      expect((await ended(search.providerJobId)).state).toBe('ended');
      expect((await provider().harvest(search.providerJobId)).items).toMatchObject([{ outcome: 'answered' }]);
    });

    test('LB-06 a batch that another task has claimed is not taken', async () => {
      const { intent, payload } = prepare('lb06');
      const { providerJobId } = await provider().submit(intent, payload);
      expect(await decided(intent, async () => true)).toEqual({ kind: 'absent' });
      expect(await decided(intent)).toEqual({ kind: 'found', providerJobId });
    });

    test('LB-07 429 on create had no effect and says when to come back', async () => {
      const { intent, payload } = prepare('lb07');
      await arm({ on: 'create', fault: '429', retryAfterSeconds: 7 });
      await expect(provider().submit(intent, payload)).rejects.toMatchObject({
        name: 'ProviderError',
        code: 'PROVIDER_RATE_LIMITED',
        effect: 'none',
        status: 429,
        retryAfterMs: 7000,
      });
      expect(await batchesOf('lb07')).toEqual([]);
    });

    test('LB-08 5xx on create leaves doubt, on a read it is only a reason to try again', async () => {
      const { intent, payload } = prepare('lb08');
      await arm({ on: 'create', fault: '500' });
      await expect(provider().submit(intent, payload)).rejects.toMatchObject({ ...doubt, status: 500 });
      const jobId = await submit('lb08');
      for (const fault of ['500', 'reset_before'] as const) {
        await arm({ on: 'poll', fault });
        const failure = { code: 'PROVIDER_UNAVAILABLE', effect: 'none' };
        await expect(provider().poll(jobId)).rejects.toMatchObject(failure);
        await arm({ on: 'list', fault });
        await expect(provider().find(intent, NOBODY)).rejects.toMatchObject(failure);
      }
      expect((await ended(jobId)).state).toBe('ended');
    });

    test('LB-09 a batch that failed, expired or was cancelled at the provider says so, with a reason', async () => {
      for (const outcome of ['failed', 'expired', 'cancelled'] as const) {
        await arm({ on: 'outcome', fault: outcome });
        const jobId = await submit(`lb09-${outcome}`);
        const status = await ended(jobId);
        expect(status.state).toBe(outcome === 'failed' ? fixture.failedState : outcome);
        const { items } = await provider().harvest(jobId);
        for (const item of items) expect(item).toMatchObject({ outcome, reason: expect.stringMatching(/./) });
        if (outcome === 'failed' && items.length === 0) expect(status.reason).toMatch(/./);
      }
    });

    test('LB-10 a batch with failed and expired items ends, and each item has its own fate', async () => {
      await arm({ on: 'outcome', fault: 'item_failed', match: 'lb10-i0' });
      await arm({ on: 'outcome', fault: 'item_expired', match: 'lb10-i2' });
      const jobId = await submit('lb10', 3);
      expect(await ended(jobId)).toMatchObject({ state: 'ended', counts: { total: 3, completed: 1, failed: 2 } });
      const { items } = await provider().harvest(jobId);
      const byId = new Map(items.map((item) => [item.customId, item]));
      expect(byId.get('lb10-i0')).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/./) });
      expect(byId.get('lb10-i1')).toMatchObject({ outcome: 'answered' });
      expect(byId.get('lb10-i2')).toMatchObject({ outcome: 'expired', reason: expect.stringMatching(/./) });
    });

    test('LB-11 an answer cut at the token limit is marked', async () => {
      await arm({ on: 'outcome', fault: 'truncated' });
      const jobId = await submit('lb11');
      await ended(jobId);
      expect((await provider().harvest(jobId)).items).toMatchObject([{ outcome: 'answered', truncated: true }]);
    });

    test('LB-12 cancelling ends a batch, and cancelling again or after the end is no error', async () => {
      await fixture.control().latency({ latencyMs: 2000 });
      const jobId = await submit('lb12');
      await provider().cancel(jobId);
      await provider().cancel(jobId);
      expect((await ended(jobId)).state).toBe('cancelled');
      await provider().cancel(jobId);
      await fixture.control().latency({ latencyMs: 150 });
      const finished = await submit('lb12-ended');
      await ended(finished);
      await provider().cancel(finished);
      expect((await provider().poll(finished)).state).toBe('ended');
      await expect(provider().cancel(`${jobId.slice(0, -4)}none`)).rejects.toMatchObject({ code: 'PROVIDER_REJECTED' });
    });

    test('LB-13 a wrong key is refused without effect and not repeated to anybody', async () => {
      const key = 'invalid-but-secret-key';
      const { intent, payload } = prepare('lb13');
      const error = await fixture
        .providerWithKey(key)
        .submit(intent, payload)
        .catch((failure: Error) => failure);
      expect(error).toMatchObject({ name: 'ProviderError', code: 'PROVIDER_REJECTED', effect: 'none' });
      expect(String((error as Error).stack)).not.toContain(key);
    });

    test('LB-14 an answer of 10 MB is refused', async () => {
      await arm({ on: 'outcome', fault: 'huge' });
      const jobId = await submit('lb14');
      await ended(jobId);
      await expect(provider().harvest(jobId)).rejects.toMatchObject({ name: 'FoliosError', code: 'ANSWER_TOO_LARGE' });
    });

    test('LB-15 results are not there before the end', async () => {
      await fixture.control().latency({ latencyMs: 60_000 });
      const jobId = await submit('lb15');
      await expect(provider().harvest(jobId)).rejects.toMatchObject({ code: 'JOB_NOT_ENDED', effect: 'none' });
      await fixture.control().latency({ latencyMs: 150 });
    });

    test('LB-16 a batch is found on whichever page of the listing it stands', async () => {
      await fixture.control().latency({ latencyMs: 0 });
      const { intent, payload } = prepare('lb16');
      const { providerJobId } = await provider().submit(intent, payload);
      for (let round = 0; round < 5; round++) {
        await Promise.all(Array.from({ length: 21 }, (_, index) => submit(`filler-${round}-${index}`, 2)));
      }
      expect(await provider().find(intent, NOBODY)).toEqual({ kind: 'found', providerJobId });
      await fixture.control().latency({ latencyMs: 150 });
    }, 20_000);

    test('LB-17 an aborted submission ends at once and leaves doubt', async () => {
      const { intent, payload } = prepare('lb17');
      await arm({ on: 'create', fault: 'slow', delayMs: 20_000 });
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 200);
      await expect(provider().submit(intent, payload, controller.signal)).rejects.toMatchObject(doubt);
    });
  });
}

function structuredCloneOf(job: LlmJob): LlmJob {
  return { ...job, items: job.items.map((item) => ({ ...item })) };
}
