import { afterEach, describe, expect, test } from '@jest/globals';
import { recommendationAnswerSchema } from '../../../src/contracts/schemas/recommendation.ts';
import type { LlmDirectProvider, LlmJob } from '../../../src/ports/llm-provider.ts';
import type { controlOf } from '../emulators/running.ts';

export interface DirectFixture {
  readonly provider: () => LlmDirectProvider;
  readonly providerWithKey: (apiKey: string) => LlmDirectProvider;
  readonly control: () => ReturnType<typeof controlOf>;
  readonly job: (key: string) => LlmJob;
}

/** More than once: a command line tool on a busy machine may ask a second time by itself. */
const MANY = 10;

/** The numbered cases that every LlmDirectProvider must pass. */
export function describeDirectConformance(name: string, fixture: DirectFixture): void {
  const ask = (key: string, more: Partial<LlmJob> = {}, signal?: AbortSignal) =>
    fixture.provider().ask({ ...fixture.job(key), ...more }, signal);
  const arm = (fault: Parameters<ReturnType<typeof controlOf>['arm']>[0]) => fixture.control().arm(fault);
  const calls = async () => (await fixture.control().state()).directCallCount;

  describe(`${name} conforms to LlmDirectProvider`, () => {
    afterEach(() => fixture.control().reset());

    test('LD-01 a question is answered by one call, in the form that was asked for, with its tokens', async () => {
      const { raw, item } = await ask('ld01');
      expect(item).toMatchObject({ customId: 'ld01-i0', outcome: 'answered', truncated: false });
      if (item.outcome !== 'answered') return;
      expect(recommendationAnswerSchema.parse(JSON.parse(item.text)).recommendations.length).toBeGreaterThan(0);
      expect(item.usage.inputTokens).toBeGreaterThan(10);
      expect(item.usage.outputTokens).toBeGreaterThan(10);
      expect(typeof JSON.parse(Buffer.from(raw).toString())).toBe('object');
      expect(await calls()).toBe(1);
    });

    test('LD-02 429 had no effect and says when to come back', async () => {
      await arm({ on: 'direct', fault: '429', retryAfterSeconds: 7 });
      const failure = { name: 'ProviderError', code: 'PROVIDER_RATE_LIMITED', effect: 'none', retryAfterMs: 7000 };
      await expect(ask('ld02')).rejects.toMatchObject(failure);
      expect(await calls()).toBe(0);
    });

    test('LD-03 a connection lost before or after the answer, or a 5xx, leaves doubt and is not repeated', async () => {
      const doubt = { name: 'ProviderError', code: 'PROVIDER_UNAVAILABLE', effect: 'unknown' };
      for (const fault of ['reset_before', 'reset_after', '500'] as const) {
        await arm({ on: 'direct', fault });
        await expect(ask(`ld03-${fault}`)).rejects.toMatchObject(doubt);
      }
      expect(await calls()).toBe(1);
    });

    test('LD-04 a wrong key is refused without effect and not repeated to anybody', async () => {
      const key = 'invalid-but-secret-key';
      const call = fixture.providerWithKey(key).ask(fixture.job('ld04'));
      const error = await call.catch((failure: Error) => failure);
      expect(error).toMatchObject({ name: 'ProviderError', code: 'PROVIDER_REJECTED', effect: 'none' });
      expect(String((error as Error).stack)).not.toContain(key);
    });

    test('LD-05 an answer cut at the token limit is marked', async () => {
      const { item } = await ask('ld05', { maxOutputTokens: 40 });
      expect(item).toMatchObject({ outcome: 'answered', truncated: true });
    });

    test('LD-06 an aborted call ends at once and leaves doubt', async () => {
      await arm({ on: 'direct', fault: 'slow', delayMs: 20_000 });
      const controller = new AbortController();
      const poll = setInterval(async () => {
        if ((await fixture.control().state()).recentCalls.length > 0) controller.abort();
      }, 50);
      await expect(ask('ld06', {}, controller.signal)).rejects.toMatchObject({ effect: 'unknown' });
      clearInterval(poll);
    });

    test('LD-07 an answer of 10 MB is refused', async () => {
      await arm({ on: 'outcome', fault: 'huge', times: MANY });
      await expect(ask('ld07')).rejects.toMatchObject({ name: 'FoliosError', code: 'ANSWER_TOO_LARGE' });
    });

    test('LD-08 a malformed answer comes back as it is, for others to judge', async () => {
      await arm({ on: 'outcome', fault: 'malformed', times: MANY });
      const { item } = await ask('ld08');
      expect(item).toMatchObject({
        outcome: 'answered',
        text: expect.stringMatching(/^\{"recommendations": \[\{ticker/),
      });
    });
  });
}
