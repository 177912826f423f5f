import type { Batch } from 'openai/resources/batches';
import type { BatchStatus } from '../../ports/llm-provider.ts';

const STATES: Readonly<Record<string, BatchStatus['state']>> = {
  validating: 'working',
  in_progress: 'working',
  finalizing: 'working',
  cancelling: 'working',
  completed: 'ended',
  failed: 'failed',
  expired: 'expired',
  cancelled: 'cancelled',
};

/** A batch in our words. A status that the vendor adds later counts as working: giving up a paid job is worse than waiting. */
export function batchStatusOf(batch: Batch): BatchStatus {
  const state = STATES[batch.status] ?? 'working';
  const counts = batch.request_counts;
  return {
    state,
    providerStatus: batch.status,
    counts: counts ? { total: counts.total, completed: counts.completed, failed: counts.failed } : null,
    reason: reasonOf(batch, state),
  };
}

function reasonOf(batch: Batch, state: BatchStatus['state']): string | null {
  const errors = (batch.errors?.data ?? []).map((error) => {
    const where = typeof error.line === 'number' ? ` (line ${error.line})` : '';
    return `${error.message ?? error.code ?? 'unknown error'}${where}`;
  });
  if (errors.length > 0) return errors.slice(0, 5).join('; ');
  if (state === 'expired') return `not finished within the completion window of ${batch.completion_window}`;
  return state === 'failed' ? 'the provider gave no reason' : null;
}
