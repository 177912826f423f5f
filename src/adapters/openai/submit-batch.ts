import type OpenAI from 'openai';
import type { BatchIntent } from '../../ports/llm-provider.ts';
import { itemsSince, oldestPossibleMs, pagesOf } from '../llm/listing.ts';
import type { ProviderCaller } from '../llm/provider-caller.ts';

export const ENDPOINT = '/v1/responses';
const PAGE_SIZE = 100;

type Calls = ProviderCaller<OpenAI>;

/** Stores the payload, unless an interrupted submission did, and creates the batch: the only step that begins work. */
export async function submitBatch(
  calls: Calls,
  intent: BatchIntent,
  payload: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<{ providerJobId: string }> {
  const fileId =
    (await findUpload(calls, intent, payload.byteLength, signal)) ?? (await upload(calls, intent, payload, signal));
  return calls.start('create the batch', signal, async (client) => {
    const { id } = await client.batches.create(
      { input_file_id: fileId, endpoint: ENDPOINT, completion_window: '24h', metadata: { key: intent.key } },
      { signal },
    );
    if (!id) throw new Error('it carries no batch id');
    return { providerJobId: id };
  });
}

/** The file of an interrupted submission; its size tells a whole upload from a broken one. */
function findUpload(calls: Calls, intent: BatchIntent, bytes: number, signal: AbortSignal | undefined) {
  return calls.read('list the uploaded files', signal, async (client) => {
    const first = await client.files.list({ purpose: 'batch', order: 'desc', limit: PAGE_SIZE }, { signal });
    const createdMs = (file: { created_at: number }) => file.created_at * 1000;
    for await (const file of itemsSince(pagesOf(first), createdMs, oldestPossibleMs(intent))) {
      if (file.filename === fileNameOf(intent) && file.bytes === bytes) return file.id;
    }
    return null;
  });
}

function upload(calls: Calls, intent: BatchIntent, payload: Uint8Array, signal: AbortSignal | undefined) {
  return calls.read('store the payload file', signal, async (client) => {
    const file = new File([Buffer.from(payload)], fileNameOf(intent), { type: 'application/jsonl' });
    const { id } = await client.files.create({ file, purpose: 'batch' }, { signal });
    if (!id) throw new Error('it carries no file id');
    return id;
  });
}

function fileNameOf(intent: BatchIntent): string {
  return `folios-${intent.key}.jsonl`;
}
