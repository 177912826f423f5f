import type { StoredBatch } from './store.ts';

/** Where a batch stands. `ended` is the ordinary end; the others are terminal, too, but for the first four. */
export type BatchPhase =
  | 'validating'
  | 'working'
  | 'finalizing'
  | 'cancelling'
  | 'ended'
  | 'failed'
  | 'expired'
  | 'cancelled';

export interface BatchMoment {
  readonly phase: BatchPhase;
  /** How many of its items are done, in their order. */
  readonly itemsDone: number;
  readonly workingAtMs: number | null;
  readonly finalizingAtMs: number | null;
  readonly cancellingAtMs: number | null;
  /** When it reached its terminal phase. */
  readonly endedAtMs: number | null;
}

/** Parts of the latency at which a batch leaves validation, begins to finalize, and is cancelled by nobody's wish. */
const VALIDATED = 0.1;
const WORKED = 0.85;
const CANCELLED_BY_VENDOR = 0.6;
/** A cancellation takes this part of the latency, at most ten minutes. */
const CANCELLING = 0.2;
const LONGEST_CANCELLING_MS = 600_000;
/** A batch that expires or is cancelled by the vendor got this far with its items: all but the last half, rounded down. */
const DONE_BEFORE_EXPIRY = 0.5;

/**
 * The state of a batch at a time, computed from the times it carries, so that nothing has to run while nobody looks and
 * a restart forgets nothing.
 */
export function batchAt(batch: StoredBatch, nowMs: number): BatchMoment {
  const at = (part: number) => batch.createdAtMs + Math.round(batch.latencyMs * part);
  const workingAtMs = at(VALIDATED);
  const finalizingAtMs = at(WORKED);
  const naturalEndMs = at(1);
  const total = batch.items.length;
  const before = { workingAtMs: null, finalizingAtMs: null, cancellingAtMs: null, endedAtMs: null };

  const cancelAtMs = cancellationOf(batch, at(CANCELLED_BY_VENDOR));
  const failsValidation = batch.validationErrors.length > 0 || batch.outcome === 'failed';
  const naturallyEndedMs = failsValidation ? workingAtMs : naturalEndMs;
  const cancelCounts = cancelAtMs !== null && (cancelAtMs < naturallyEndedMs || batch.outcome === 'cancelled');
  if (cancelCounts && nowMs >= cancelAtMs) {
    const cancelledAtMs = cancelAtMs + Math.min(Math.round(batch.latencyMs * CANCELLING), LONGEST_CANCELLING_MS);
    const itemsDone = itemsDoneAt(total, workingAtMs, finalizingAtMs, cancelAtMs);
    const cancelled = nowMs >= cancelledAtMs;
    return {
      ...before,
      phase: cancelled ? 'cancelled' : 'cancelling',
      itemsDone,
      workingAtMs: workingAtMs <= cancelAtMs ? workingAtMs : null,
      cancellingAtMs: cancelAtMs,
      endedAtMs: cancelled ? cancelledAtMs : null,
    };
  }
  if (nowMs < workingAtMs) return { ...before, phase: 'validating', itemsDone: 0 };
  if (failsValidation) return { ...before, phase: 'failed', itemsDone: 0, endedAtMs: workingAtMs };
  if (batch.outcome === 'expired') {
    const half = Math.floor(total * DONE_BEFORE_EXPIRY);
    const done = Math.min(half, itemsDoneAt(total, workingAtMs, finalizingAtMs, nowMs));
    if (nowMs < naturalEndMs) return { ...before, phase: 'working', itemsDone: done, workingAtMs };
    return { ...before, phase: 'expired', itemsDone: half, workingAtMs, endedAtMs: naturalEndMs };
  }
  if (nowMs < finalizingAtMs) {
    const itemsDone = itemsDoneAt(total, workingAtMs, finalizingAtMs, nowMs);
    return { ...before, phase: 'working', itemsDone, workingAtMs };
  }
  if (nowMs < naturalEndMs) return { ...before, phase: 'finalizing', itemsDone: total, workingAtMs, finalizingAtMs };
  return { ...before, phase: 'ended', itemsDone: total, workingAtMs, finalizingAtMs, endedAtMs: naturalEndMs };
}

/** Whether a batch can still change. */
export function isOpen(phase: BatchPhase): boolean {
  return phase === 'validating' || phase === 'working' || phase === 'finalizing' || phase === 'cancelling';
}

function cancellationOf(batch: StoredBatch, vendorCancelsAtMs: number): number | null {
  const byVendor = batch.outcome === 'cancelled' ? vendorCancelsAtMs : null;
  if (batch.cancelRequestedAtMs === null) return byVendor;
  return byVendor === null ? batch.cancelRequestedAtMs : Math.min(batch.cancelRequestedAtMs, byVendor);
}

function itemsDoneAt(total: number, fromMs: number, toMs: number, nowMs: number): number {
  if (nowMs <= fromMs) return 0;
  if (nowMs >= toMs) return total;
  return Math.floor((total * (nowMs - fromMs)) / (toMs - fromMs));
}
