import type { Timers } from '../timers.ts';

export interface ManualTimers extends Timers {
  /** Lets time pass and runs what falls due, in order. */
  advance(byMs: number): void;
  readonly pending: number;
}

/** Timers whose time passes only when a test says so. */
export function manualTimers(): ManualTimers {
  let nowMs = 0;
  let waiting: { atMs: number; run: () => void }[] = [];
  return {
    elapsedMs: () => nowMs,
    after(delayMs, run) {
      const entry = { atMs: nowMs + delayMs, run };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((one) => one !== entry);
      };
    },
    advance(byMs) {
      const untilMs = nowMs + byMs;
      for (;;) {
        const [next] = waiting.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
        if (!next) break;
        waiting = waiting.filter((one) => one !== next);
        nowMs = next.atMs;
        next.run();
      }
      nowMs = untilMs;
    },
    get pending() {
      return waiting.length;
    },
  };
}
