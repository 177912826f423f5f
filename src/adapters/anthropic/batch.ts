import type { BatchCreateParams, MessageBatch } from '@anthropic-ai/sdk/resources/messages/batches';
import { z } from 'zod';
import { ProviderMode, ProviderName } from '../../domain/research/provider.ts';
import type { BatchIntent, BatchResults, BatchStatus, LlmBatchProvider } from '../../ports/llm-provider.ts';
import { cancelUnlessEnded, notEnded } from '../llm/batch-end.ts';
import { fromJsonLines, toJsonLines } from '../llm/json-lines.ts';
import { BATCH_TIMEOUT_MS, type ProviderSettings } from '../llm/settings.ts';
import { itemResultsOf } from './batch-lines.ts';
import { batchStatusOf } from './batch-status.ts';
import { createAnthropicCaller } from './caller.ts';
import { messageRequest } from './request.ts';
import { readResults } from './results.ts';
import { searchBatch } from './search-batch.ts';

/** A line of our own payload: what it holds was built by `buildPayload`. */
const payloadLineSchema = z.custom<BatchCreateParams.Request>(
  (line) => typeof (line as { custom_id?: unknown } | null)?.custom_id === 'string',
);

/** Anthropic's Message Batches. The key is the prefix of every custom_id, the only field of ours that comes back. */
export function createAnthropicBatchProvider(settings: ProviderSettings): LlmBatchProvider {
  const calls = createAnthropicCaller({ ...settings, timeoutMs: settings.timeoutMs ?? BATCH_TIMEOUT_MS });

  async function submit(_intent: BatchIntent, payload: Uint8Array, signal?: AbortSignal) {
    return calls.start('create the batch', signal, async (client) => {
      const requests = fromJsonLines(payload, payloadLineSchema);
      const batch = await client.messages.batches.create({ requests }, { signal });
      if (!batch.id) throw new Error('it carries no batch id');
      return { providerJobId: batch.id };
    });
  }

  async function retrieve(providerJobId: string, signal?: AbortSignal): Promise<MessageBatch> {
    return calls.read('show the batch', signal, (client) =>
      client.messages.batches.retrieve(providerJobId, {}, { signal }),
    );
  }

  const poll = async (providerJobId: string, signal?: AbortSignal): Promise<BatchStatus> =>
    batchStatusOf(await retrieve(providerJobId, signal));

  async function harvest(providerJobId: string, signal?: AbortSignal): Promise<BatchResults> {
    const batch = await retrieve(providerJobId, signal);
    const status = batchStatusOf(batch);
    if (status.state === 'working') throw notEnded('anthropic', status);
    return calls.read('hand over the results', signal, async (client, http) => {
      if (batch.results_url === null) throw new Error('the batch has ended without an address for its results');
      await readResults(client, batch.results_url, signal);
      return { raw: http.body(), items: itemResultsOf(http.body()) };
    });
  }

  return {
    provider: ProviderName.anthropic,
    mode: ProviderMode.batch,
    simulated: settings.simulated,
    buildPayload: (job) =>
      toJsonLines(job.items.map((item) => ({ custom_id: item.customId, params: messageRequest(job, item) }))),
    submit,
    find: (intent, isClaimed, signal) => searchBatch(calls, intent, isClaimed, signal),
    poll,
    harvest,
    cancel: (providerJobId, signal) =>
      cancelUnlessEnded(
        () =>
          calls.read('cancel the batch', signal, (client) =>
            client.messages.batches.cancel(providerJobId, {}, { signal }),
          ),
        () => poll(providerJobId, signal),
      ),
  };
}
