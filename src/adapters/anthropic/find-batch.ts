import type { MessageBatch } from '@anthropic-ai/sdk/resources/messages/batches';
import type { BatchIntent, BatchSearch } from '../../ports/llm-provider.ts';
import { itemCountOf } from './batch-status.ts';

/** How far the provider's clock may be behind ours. */
const CLOCK_SKEW_MS = 5 * 60_000;

export interface BatchInspection {
  readonly isClaimed: (providerJobId: string) => Promise<boolean>;
  /** The custom_id of the batch's first result; null where the results cannot be read. */
  readonly firstCustomId: (batch: MessageBatch) => Promise<string | null>;
}

/** Whether a batch has the age and the size that the batch of an intent would have: all that the listing shows. */
export function isCandidate(intent: BatchIntent, batch: MessageBatch): boolean {
  const earliestMs = Date.parse(intent.intendedAt) - CLOCK_SKEW_MS;
  return Date.parse(batch.created_at) >= earliestMs && itemCountOf(batch) === intent.itemCount;
}

/**
 * Finds the batch of an intent among candidates. Only the results of an ended batch show whose it is; while an
 * unclaimed candidate is open, or its results are out of reach, nobody can tell.
 */
export async function findBatch(
  intent: BatchIntent,
  candidates: readonly MessageBatch[],
  inspect: BatchInspection,
): Promise<BatchSearch> {
  const undecided: string[] = [];
  for (const batch of candidates) {
    if (await inspect.isClaimed(batch.id)) continue;
    if (batch.processing_status !== 'ended') {
      undecided.push(`${batch.id} is ${batch.processing_status}`);
      continue;
    }
    const customId = await inspect.firstCustomId(batch);
    if (customId === null) undecided.push(`${batch.id} has ended, but shows no results`);
    else if (customId.startsWith(intent.key)) return { kind: 'found', providerJobId: batch.id };
  }
  if (undecided.length === 0) return { kind: 'absent' };
  return { kind: 'undecided', reason: `may be ours: ${undecided.slice(0, 5).join('; ')}` };
}
