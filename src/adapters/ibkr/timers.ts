/** Waiting and measured time of one process, so that tests can decide how they pass. */
export interface Timers {
  /** Calls `run` once after `delayMs`; the returned function prevents it. */
  after(delayMs: number, run: () => void): () => void;
  /** Milliseconds of a clock that never goes back; its zero means nothing. */
  elapsedMs(): number;
}

export const systemTimers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  elapsedMs: () => performance.now(),
};
