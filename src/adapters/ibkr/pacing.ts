import type { Timers } from './timers.ts';

/** What goes first when messages have to wait. */
export const Priority = { cancel: 0, order: 1, query: 2 } as const;
export type Priority = (typeof Priority)[keyof typeof Priority];

/** TWS disconnects a client above 50 messages a second; ours stay well below. */
export const MESSAGES_PER_SECOND = { limit: 40, windowMs: 1_000 } as const;
/** TWS answers error 162 beyond 60 requests for history in ten minutes. */
export const HISTORY_PER_TEN_MINUTES = { limit: 60, windowMs: 600_000 } as const;

export interface Pacer {
  /** Runs `send` now or as soon as the limit allows; within one priority in the order of the calls. */
  submit(priority: Priority, send: () => void): void;
  /** Forgets what waits: messages of a lost connection must not reach the next one. */
  clear(): void;
}

/**
 * A limiter of at most `limit` sends in any window of `windowMs`, in which cancels overtake everything. The library's
 * own limiter is one queue for everything: with this in front of it nothing ever waits there.
 */
export function createPacer(allowed: { limit: number; windowMs: number }, timers: Timers): Pacer {
  const queues: (() => void)[][] = [[], [], []];
  const sentAtMs: number[] = [];
  let cancelWakeUp: (() => void) | null = null;

  const drain = () => {
    cancelWakeUp?.();
    cancelWakeUp = null;
    for (;;) {
      const queue = queues.find((one) => one.length > 0);
      if (!queue) return;
      const nowMs = timers.elapsedMs();
      while (sentAtMs[0] !== undefined && nowMs - sentAtMs[0] >= allowed.windowMs) sentAtMs.shift();
      const oldestMs = sentAtMs[0];
      if (oldestMs !== undefined && sentAtMs.length >= allowed.limit) {
        // A millisecond more: timers may fire a fraction early, and waking up in vain again and again is a busy loop.
        cancelWakeUp = timers.after(Math.ceil(oldestMs + allowed.windowMs - nowMs) + 1, drain);
        return;
      }
      sentAtMs.push(nowMs);
      queue.shift()?.();
    }
  };

  return {
    submit(priority, send) {
      queues[priority]?.push(send);
      drain();
    },
    clear() {
      for (const queue of queues) queue.length = 0;
      cancelWakeUp?.();
      cancelWakeUp = null;
    },
  };
}
