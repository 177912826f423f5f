import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ErrorCode } from '../../src/contracts/errors.ts';
import { PROVIDER_NAMES, type ProviderName } from '../../src/domain/research/provider.ts';
import type { ItemOutcome, JobOutcome } from '../../src/emulators/control/faults.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { allIn, type RunIds, runIds, runToEnd, saveStrategy } from '../factories/research-runs.ts';

type End = JobOutcome | ItemOutcome;
type Expected = readonly [code: ErrorCode, reason: string];

/** What each provider says of each end, in its own words where it has any. */
const ENDS: readonly (readonly [End, Readonly<Record<ProviderName, Expected>>])[] = [
  [
    'failed',
    {
      openai: ['JOB_FAILED', 'Enqueued token limit reached for this model.'],
      // Anthropic's batches do not fail, their items do.
      anthropic: ['JOB_PARTLY_FAILED', 'Internal server error'],
      gemini: ['JOB_FAILED', 'The batch failed: an internal error has occurred.'],
    },
  ],
  [
    'expired',
    {
      openai: ['JOB_EXPIRED', 'not finished within the completion window of 24h'],
      anthropic: ['JOB_EXPIRED', 'the batch expired before any request was worked on'],
      gemini: ['JOB_EXPIRED', 'The batch expired before all of its requests were processed.'],
    },
  ],
  [
    'cancelled',
    {
      openai: ['JOB_CANCELLED', 'the provider ended the job as cancelled'],
      anthropic: ['JOB_CANCELLED', 'every request of the batch was cancelled'],
      gemini: ['JOB_CANCELLED', 'The batch was cancelled.'],
    },
  ],
  [
    'item_failed',
    {
      openai: ['JOB_PARTLY_FAILED', 'The server had an error while processing your request. Sorry about that!'],
      anthropic: ['JOB_PARTLY_FAILED', 'Internal server error'],
      gemini: ['JOB_PARTLY_FAILED', 'An internal error has occurred.'],
    },
  ],
  [
    'item_expired',
    {
      openai: ['JOB_EXPIRED', 'This request could not be executed before the completion window expired.'],
      anthropic: ['JOB_EXPIRED', 'the batch expired before any request was worked on'],
      gemini: ['JOB_EXPIRED', 'The request expired before it was processed.'],
    },
  ],
];

let harness: ResearchHarness;
let strategy: string;
beforeAll(async () => {
  harness = await startResearchHarness({ latencyMs: 0 });
  strategy = await saveStrategy(harness.services, { providers: allIn('batch') });
}, 60_000);
afterAll(() => harness?.close());

function end(ids: RunIds, provider: ProviderName, fault: End): Promise<void> {
  return harness.emulators.arm(provider, { on: 'outcome', fault, match: ids.key(provider) });
}

describe('a batch that its provider ends badly', () => {
  test.concurrent.each(ENDS)(
    'as %s: fails the task of each provider with that provider`s reason',
    async (fault, of) => {
      const ids = runIds();
      for (const provider of PROVIDER_NAMES) await end(ids, provider, fault);
      const outcomes = await runToEnd(harness, strategy, ids);

      for (const provider of PROVIDER_NAMES) {
        const [code, reason] = of[provider];
        expect(outcomes[provider]).toMatchObject({ state: 'failed', failure: { code, reason }, totalUsd: null });
        const task = await harness.services.research.findTask(ids.taskId(provider));
        expect(task).toMatchObject({ state: 'failed', failureCode: code, failureReason: reason, executedAt: null });
        expect(task).toMatchObject({ pollCount: 1, lastPolledAt: expect.anything(), endedAt: expect.anything() });
        expect(await harness.services.portfolio.listOrders({ ticketId: ids.taskId(provider) })).toEqual([]);
      }
    },
  );

  test.concurrent.each(PROVIDER_NAMES)('at %s: stops no other provider', async (broken) => {
    const ids = runIds();
    await end(ids, broken, 'failed');
    const outcomes = await runToEnd(harness, strategy, ids);
    const states = PROVIDER_NAMES.map((provider) => [provider, outcomes[provider].state]);
    expect(states).toEqual(PROVIDER_NAMES.map((provider) => [provider, provider === broken ? 'failed' : 'executed']));
  });
});

test('a run fails, with every reason in its message, only if all of its providers did', async () => {
  const ids = runIds();
  for (const provider of PROVIDER_NAMES) await end(ids, provider, 'failed');
  const { handle } = await harness.folios.startResearchRun({
    strategyId: strategy,
    requestGroupId: ids.requestGroupId,
    force: true,
  });
  await expect(handle.result()).rejects.toMatchObject({
    cause: {
      type: 'JOB_FAILED',
      nonRetryable: true,
      message: expect.stringMatching(
        /^every provider failed: openai: JOB_FAILED Enqueued.*; gemini: JOB_FAILED.*; anthropic: JOB_/,
      ),
    },
  });
});
