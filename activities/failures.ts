import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { FailureFacts } from '../src/contracts/activities/failure-facts.ts';
import { ERRORS, type ErrorCode, errorCodeOf } from '../src/contracts/errors.ts';

/**
 * An error of ours or of a provider as Temporal's failure: the stable code as its type, retryable or not by the
 * registry. Anything unknown is retried, since a passing fault (a lost connection) is likelier than a defect.
 */
export function toFailure(error: unknown, facts: Partial<FailureFacts> = {}): Error {
  if (error instanceof ApplicationFailure || isTemporalCancellation(error)) return error as Error;
  const code = errorCodeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const retryAfterMs = facts.retryAfterMs ?? retryAfterOf(error);
  return ApplicationFailure.create({
    message,
    type: code ?? 'INTERNAL',
    nonRetryable: code !== null && !ERRORS[code].retryable,
    details: [{ retryAfterMs, attempts: facts.attempts ?? null } satisfies FailureFacts],
    ...(retryAfterMs === null ? {} : { nextRetryDelay: retryAfterMs }),
    ...(error instanceof Error ? { cause: error } : {}),
  });
}

/** A failure of `code` that Temporal must not retry. */
export function finalFailure(code: ErrorCode, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, code);
}

/** Not an error: the thing waited for is not there yet. Asks to be called again after `delayMs`; costs no history. */
export function notYet(code: ErrorCode, message: string, delayMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    type: code,
    nextRetryDelay: Math.max(1, Math.round(delayMs)),
    category: ApplicationFailureCategory.BENIGN,
  });
}

/** Wraps every activity so that whatever it throws reaches the workflow with its code. */
export function withFailures<T extends object>(activities: T): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: unknown[]) => {
      try {
        return await (activity as (...args: unknown[]) => Promise<unknown>)(...args);
      } catch (error) {
        throw toFailure(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T;
}

function retryAfterOf(error: unknown): number | null {
  const value = (error as { retryAfterMs?: unknown } | null)?.retryAfterMs;
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

function isTemporalCancellation(error: unknown): boolean {
  const name = (error as { name?: unknown } | null)?.name;
  return name === 'CancelledFailure' || name === 'CompleteAsyncError';
}
