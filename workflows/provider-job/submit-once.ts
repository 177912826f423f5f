import { ActivityFailure, isCancellation, log, sleep } from '@temporalio/workflow';
import type { JobRound } from '../../src/contracts/activities/provider-job.ts';
import type { ErrorCode } from '../../src/contracts/errors.ts';
import { stepFailure } from '../failures.ts';
import type { ProviderSteps } from './activities.ts';
import { JobFailure } from './job-failure.ts';

/** A provider that refuses for longer than these attempts with their back-off (about 3 hours) has failed the job. */
const MAX_ATTEMPTS = 12;
const MAX_BACKOFF_MS = 20 * 60_000;

/** Failures after which a job may or may not exist; every other one is thrown before or instead of a submit. */
const IN_DOUBT_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'SUBMIT_IN_DOUBT',
  'PROVIDER_UNAVAILABLE',
  'DATABASE_UNREACHABLE',
  'ARTIFACT_STORE_FULL',
  'ARTIFACT_STORE_READ_ONLY',
  'ARTIFACT_STORE_UNAVAILABLE',
  'INTERNAL',
]);

/**
 * Brings one job into being at the provider, whatever crashes. A submit that may have taken effect is looked for at the
 * provider, and repeated only after it is proven absent; a submit that provably had no effect is repeated after a pause.
 */
export async function submitOnce(steps: ProviderSteps, round: JobRound): Promise<string> {
  let attemptsBefore = 0;
  let last = '';
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    try {
      return (await steps.submit({ ...round, attemptsBefore })).providerJobId;
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      const failure = stepFailure(error, 'SUBMIT_IN_DOUBT');
      const { attempts, retryAfterMs } = failure.facts;
      if (attempts === null && !IN_DOUBT_CODES.has(failure.code)) throw JobFailure.of(failure);
      if (attempts !== null && !failure.retryable) throw JobFailure.of(failure);
      last = `${failure.code}: ${failure.reason}`;
      log.warn('submit did not succeed', { code: failure.code, reason: failure.reason, attempt });

      if (attempts === null) {
        const found = await steps.reconcile(round);
        if (found.outcome === 'submitted') return found.providerJobId;
        attemptsBefore = found.attempts;
      } else {
        attemptsBefore = attempts;
        const backoffMs = Math.min(MAX_BACKOFF_MS, retryAfterMs ?? 1000 * 2 ** attempt);
        await sleep(backoffMs, { summary: `${failure.code}: try again` });
      }
    }
  }
  throw new JobFailure('PROVIDER_UNAVAILABLE', `no job came about in ${MAX_ATTEMPTS} attempts; the last: ${last}`);
}
