import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, TimeoutFailure } from '@temporalio/workflow';
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
  if (cause instanceof TimeoutFailure) {
    return {
      code: onTimeout,
      reason: `the step timed out (${cause.timeoutType})`,
      retryable: false,
      facts: NO_FACTS,
    };
  }
  if (cause instanceof ApplicationFailure) {
    const code = cause.type && cause.type in ERRORS ? (cause.type as ErrorCode) : 'INTERNAL';
    const facts = { ...NO_FACTS, ...(cause.details?.[0] as Partial<FailureFacts> | undefined) };
    return { code, reason: cause.message, retryable: !cause.nonRetryable, facts };
  }
  return {
    code: 'INTERNAL',
    reason: error instanceof Error ? error.message : String(error),
    retryable: false,
    facts: NO_FACTS,
  };
}

function rootCause(error: unknown): unknown {
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) return rootCause(error.cause);
  return error;
}
