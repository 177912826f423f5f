import { isCancellation } from '@temporalio/workflow';
import type { JobStatus } from '../../src/contracts/activities/provider-job.ts';
import type { ErrorCode } from '../../src/contracts/errors.ts';
import { finalFailure, type StepFailure, stepFailure } from '../failures.ts';

/** Ends a provider job: becomes the task's failure code and reason. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, reason: string) {
    super(reason);
    this.code = code;
  }

  static of(failure: StepFailure): JobFailure {
    return new JobFailure(failure.code, failure.reason);
  }
}

/** What the provider's own end of a job means for the task. */
export function endedBadly(status: JobStatus): JobFailure {
  const codes: Record<Exclude<JobStatus['state'], 'ended' | 'working'>, ErrorCode> = {
    failed: 'JOB_FAILED',
    cancelled: 'JOB_CANCELLED',
    expired: 'JOB_EXPIRED',
  };
  const code = codes[status.state as keyof typeof codes] ?? 'INTERNAL';
  return new JobFailure(code, status.reason ?? `the provider ended the job as ${status.providerStatus}`);
}

/** Any error of the job's steps as the task's failure; a person's cancel explains the cancellation it caused. */
export function asJobFailure(error: unknown, cancelReason: string | null): JobFailure {
  if (error instanceof JobFailure) return error;
  if (cancelReason !== null) return new JobFailure('JOB_CANCELLED', cancelReason);
  if (isCancellation(error)) return new JobFailure('JOB_CANCELLED', 'the workflow was cancelled');
  return JobFailure.of(stepFailure(error, 'JOB_TIMED_OUT'));
}

/** Why a job could not be opened: its input is not valid, or its task was failed by the step itself. */
export function unopened(error: unknown): unknown {
  return finalFailure(error, 'DATABASE_UNREACHABLE');
}
