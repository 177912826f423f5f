import type Anthropic from '@anthropic-ai/sdk';
import type { MessageBatch } from '@anthropic-ai/sdk/resources/messages/batches';
import type { BatchIntent, BatchSearch } from '../../ports/llm-provider.ts';
import { itemsSince, oldestPossibleMs, pagesOf } from '../llm/listing.ts';
import type { ProviderCaller } from '../llm/provider-caller.ts';
import { firstCustomId } from './batch-lines.ts';
import { findBatch, isCandidate } from './find-batch.ts';
import { readResults } from './results.ts';

const PAGE_SIZE = 100;

/** Lists the batches that may be the intent's and looks into the results of those that have ended. */
export async function searchBatch(
  calls: ProviderCaller<Anthropic>,
  intent: BatchIntent,
  isClaimed: (providerJobId: string) => Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<BatchSearch> {
  const candidates = await calls.read('list the batches', signal, async (client) => {
    const first = await client.messages.batches.list({ limit: PAGE_SIZE }, { signal });
    const createdMs = (batch: MessageBatch) => Date.parse(batch.created_at);
    const found: MessageBatch[] = [];
    for await (const batch of itemsSince(pagesOf(first), createdMs, oldestPossibleMs(intent))) {
      if (isCandidate(intent, batch)) found.push(batch);
    }
    return found;
  });
  const peek = async ({ results_url: url }: MessageBatch): Promise<string | null> => {
    if (url === null) return null;
    return calls.read(
      'show the first result',
      signal,
      async (client, http) => {
        await readResults(client, url, signal);
        return firstCustomId(http.body());
      },
      { firstLineOnly: true },
    );
  };
  return findBatch(intent, candidates, { isClaimed, firstCustomId: peek });
}
