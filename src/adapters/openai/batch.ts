import { ProviderMode, ProviderName } from '../../domain/research/provider.ts';
import type { BatchIntent, BatchResults, BatchStatus, LlmBatchProvider } from '../../ports/llm-provider.ts';
import { cancelUnlessEnded, notEnded } from '../llm/batch-end.ts';
import { firstUnclaimed } from '../llm/first-unclaimed.ts';
import { joinJsonLines, toJsonLines } from '../llm/json-lines.ts';
import { MAX_RESULT_BYTES, resultTooLarge } from '../llm/limits.ts';
import { itemsSince, oldestPossibleMs, pagesOf } from '../llm/listing.ts';
import { BATCH_TIMEOUT_MS, type ProviderSettings } from '../llm/settings.ts';
import { itemResultsOf } from './batch-lines.ts';
import { batchStatusOf } from './batch-status.ts';
import { createOpenAiCaller } from './caller.ts';
import { responseRequest } from './request.ts';
import { ENDPOINT, submitBatch } from './submit-batch.ts';

const PAGE_SIZE = 100;

/** OpenAI's Batch API. The key travels in the batch's metadata and in the uploaded file's name. */
export function createOpenAiBatchProvider(settings: ProviderSettings): LlmBatchProvider {
  const calls = createOpenAiCaller({ ...settings, timeoutMs: settings.timeoutMs ?? BATCH_TIMEOUT_MS });

  async function find(intent: BatchIntent, isClaimed: (id: string) => Promise<boolean>, signal?: AbortSignal) {
    const ids = await calls.read('list the batches', signal, async (client) => {
      const first = await client.batches.list({ limit: PAGE_SIZE }, { signal });
      const createdMs = (batch: { created_at: number }) => batch.created_at * 1000;
      const found: string[] = [];
      for await (const batch of itemsSince(pagesOf(first), createdMs, oldestPossibleMs(intent))) {
        if (batch.metadata?.key === intent.key) found.push(batch.id);
      }
      return found;
    });
    return firstUnclaimed(ids, isClaimed);
  }

  async function retrieve(providerJobId: string, signal?: AbortSignal) {
    return calls.read('show the batch', signal, (client) => client.batches.retrieve(providerJobId, { signal }));
  }

  const poll = async (providerJobId: string, signal?: AbortSignal): Promise<BatchStatus> =>
    batchStatusOf(await retrieve(providerJobId, signal));

  async function harvest(providerJobId: string, signal?: AbortSignal): Promise<BatchResults> {
    const batch = await retrieve(providerJobId, signal);
    const status = batchStatusOf(batch);
    if (status.state === 'working') throw notEnded('openai', status);
    return calls.read('hand over the results', signal, async (client, http) => {
      const files: Uint8Array[] = [];
      for (const fileId of [batch.output_file_id, batch.error_file_id]) {
        if (!fileId) continue;
        await client.files.content(fileId, { signal });
        files.push(http.body());
      }
      const raw = joinJsonLines(files);
      if (raw.byteLength > MAX_RESULT_BYTES) throw resultTooLarge(MAX_RESULT_BYTES);
      return { raw, items: itemResultsOf(raw) };
    });
  }

  return {
    provider: ProviderName.openai,
    mode: ProviderMode.batch,
    simulated: settings.simulated,
    buildPayload: (job) =>
      toJsonLines(
        job.items.map((item) => ({
          custom_id: item.customId,
          method: 'POST',
          url: ENDPOINT,
          body: responseRequest(job, item),
        })),
      ),
    submit: (intent, payload, signal) => submitBatch(calls, intent, payload, signal),
    find,
    poll,
    harvest,
    cancel: (providerJobId, signal) =>
      cancelUnlessEnded(
        () => calls.read('cancel the batch', signal, (client) => client.batches.cancel(providerJobId, { signal })),
        () => poll(providerJobId, signal),
      ),
  };
}
