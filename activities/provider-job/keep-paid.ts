import { setTimeout as sleep } from 'node:timers/promises';
import { ERRORS, errorCodeOf } from '../../src/contracts/errors.ts';

const PAUSE_MS = 2_000;

/**
 * Repeats a write while our own stores cannot take it for a passing reason (full, read-only, unreachable): what it writes
 * was paid for, and giving it up would pay again. Until it succeeds, fails for good, or `signal` aborts.
 */
export async function keepPaid<T>(
  write: () => Promise<T>,
  signal: AbortSignal,
  pauseMs: number = PAUSE_MS,
): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      const code = errorCodeOf(error);
      if (code === null || !ERRORS[code].retryable || signal.aborted) throw error;
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
