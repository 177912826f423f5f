import type { MessageBatch } from '@anthropic-ai/sdk/resources/messages/batches';
import type { BatchStatus } from '../../ports/llm-provider.ts';

/** How many requests a batch was created with; the provider's tallies always add up to it. */
export function itemCountOf({ request_counts: counts }: MessageBatch): number {
  return counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired;
}

/** A batch in our words. It "ends" whatever became of its requests; one in which all share a fate is named by it. */
export function batchStatusOf(batch: MessageBatch): BatchStatus {
  const counts = batch.request_counts;
  const total = itemCountOf(batch);
  const state = stateOf(batch, total);
  return {
    state,
    providerStatus: batch.processing_status,
    counts: { total, completed: counts.succeeded, failed: counts.errored + counts.canceled + counts.expired },
    reason: reasonOf(state),
  };
}

function stateOf(batch: MessageBatch, total: number): BatchStatus['state'] {
  if (batch.processing_status !== 'ended') return 'working';
  if (total > 0 && batch.request_counts.canceled === total) return 'cancelled';
  return total > 0 && batch.request_counts.expired === total ? 'expired' : 'ended';
}

function reasonOf(state: BatchStatus['state']): string | null {
  if (state === 'cancelled') return 'every request of the batch was cancelled';
  return state === 'expired' ? 'the batch expired before any request was worked on' : null;
}
