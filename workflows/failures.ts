import { RetryState } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { FailureFacts } from '../src/contracts/activities/failure-facts.ts';
import { ERRORS, type ErrorCode } from '../src/contracts/errors.ts';

export interface StepFailure {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly retryable: boolean;
  readonly facts: FailureFacts;
}

const NO_FACTS: FailureFacts = { retryAfterMs: null, attempts: null };

/** The failure of a step as code and reason, found under Temporal's wrappers. A timeout of a step has the code `onTimeout`. */
export function stepFailure(error: unknown, onTimeout: ErrorCode): StepFailure {
  const cause = rootCause(error);
  if (cause instanceof TimeoutFailure) return timedOut(onTimeout, `the step timed out (${cause.timeoutType})`);
  // The server gives up before the next attempt would come too late, and then reports the last attempt's failure.
  if (error instanceof ActivityFailure && error.retryState === RetryState.TIMEOUT) {
    return timedOut(onTimeout, `not in the time allowed: ${messageOf(cause)}`);
  }
  if (cause instanceof ApplicationFailure) {
    const code = cause.type && cause.type in ERRORS ? (cause.type as ErrorCode) : 'INTERNAL';
    const facts = { ...NO_FACTS, ...(cause.details?.[0] as Partial<FailureFacts> | undefined) };
    return { code, reason: cause.message, retryable: !cause.nonRetryable, facts };
  }
  return {
    code: 'INTERNAL',
    reason: messageOf(error),
    retryable: false,
    facts: NO_FACTS,
  };
}

/**
 * What a workflow or an update ends with where a step has failed: the step's code and reason, not to be retried. A
 * cancellation, and what is no failure of a step, is as it was.
 */
export function finalFailure(error: unknown, onTimeout: ErrorCode): unknown {
  if (!(error instanceof ActivityFailure) || isCancellation(error)) return error;
  const { code, reason } = stepFailure(error, onTimeout);
  return ApplicationFailure.nonRetryable(reason, code);
}

function timedOut(code: ErrorCode, reason: string): StepFailure {
  return { code, reason, retryable: false, facts: NO_FACTS };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function rootCause(error: unknown): unknown {
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) return rootCause(error.cause);
  return error;
}
