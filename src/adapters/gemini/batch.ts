import type { BatchJob, GoogleGenAI, Pager } from '@google/genai';
import { ProviderMode, ProviderName } from '../../domain/research/provider.ts';
import type { BatchIntent, BatchResults, BatchStatus, LlmBatchProvider } from '../../ports/llm-provider.ts';
import { cancelUnlessEnded, notEnded } from '../llm/batch-end.ts';
import { firstUnclaimed } from '../llm/first-unclaimed.ts';
import { fromJson, joinJsonLines, toJsonLines } from '../llm/json-lines.ts';
import { itemsSince, oldestPossibleMs } from '../llm/listing.ts';
import { BATCH_TIMEOUT_MS, type ProviderSettings } from '../llm/settings.ts';
import { itemResultsOf } from './batch-lines.ts';
import { createGeminiCaller } from './caller.ts';
import { downloadFile } from './download.ts';
import { batchStatusOf, type Operation, operationSchema, resultsOf } from './operation.ts';
import { contentRequest } from './request.ts';
import { submitBatch } from './submit-batch.ts';

const PAGE_SIZE = 100;

/** Gemini's batches. The key is the batch's display name; each request carries its custom id as `key`. */
export function createGeminiBatchProvider(settings: ProviderSettings): LlmBatchProvider {
  const calls = createGeminiCaller({ ...settings, timeoutMs: settings.timeoutMs ?? BATCH_TIMEOUT_MS });

  async function find(intent: BatchIntent, isClaimed: (id: string) => Promise<boolean>, signal?: AbortSignal) {
    const names = await calls.read('list the batches', signal, async (client) => {
      const pager = await client.batches.list({ config: { pageSize: PAGE_SIZE } });
      const createdMs = (batch: BatchJob) => Date.parse(batch.createTime ?? '');
      const found: string[] = [];
      for await (const { displayName, name } of itemsSince(pagesOf(pager), createdMs, oldestPossibleMs(intent))) {
        if (displayName === intent.key && name) found.push(name);
      }
      return found;
    });
    return firstUnclaimed(names, isClaimed);
  }

  async function retrieve(providerJobId: string, signal?: AbortSignal): Promise<Operation> {
    return calls.read('show the batch', signal, async (client, http) => {
      await client.batches.get({ name: providerJobId });
      return fromJson(http.body(), operationSchema);
    });
  }

  const poll = async (providerJobId: string, signal?: AbortSignal): Promise<BatchStatus> =>
    batchStatusOf(await retrieve(providerJobId, signal));

  async function harvest(providerJobId: string, signal?: AbortSignal): Promise<BatchResults> {
    const operation = await retrieve(providerJobId, signal);
    const status = batchStatusOf(operation);
    if (status.state === 'working') throw notEnded('gemini', status);
    const results = resultsOf(operation);
    return calls.read('hand over the results', signal, async (client, http) => {
      const raw = results === null ? new Uint8Array() : await rawResults(results, client, http);
      return { raw, items: itemResultsOf(raw) };
    });
  }

  return {
    provider: ProviderName.gemini,
    mode: ProviderMode.batch,
    simulated: settings.simulated,
    buildPayload: (job) =>
      toJsonLines(job.items.map((item) => ({ key: item.customId, request: contentRequest(job, item) }))),
    submit: (intent, payload, signal) => submitBatch(calls, intent, payload, signal),
    find,
    poll,
    harvest,
    cancel: (providerJobId, signal) =>
      cancelUnlessEnded(
        () => calls.read('cancel the batch', signal, (client) => client.batches.cancel({ name: providerJobId })),
        () => poll(providerJobId, signal),
      ),
  };
}

async function rawResults(
  results: NonNullable<ReturnType<typeof resultsOf>>,
  client: GoogleGenAI,
  http: { body(): Uint8Array },
): Promise<Uint8Array> {
  if ('inline' in results) return toJsonLines(results.inline);
  await downloadFile(client, results.fileName);
  return joinJsonLines([http.body()]);
}

async function* pagesOf(pager: Pager<BatchJob>): AsyncGenerator<readonly BatchJob[]> {
  for (let page = pager.page; ; page = await pager.nextPage()) {
    yield page;
    if (!pager.hasNextPage()) return;
  }
}
