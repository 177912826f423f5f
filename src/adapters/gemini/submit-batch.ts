import type { BatchJobSource, GoogleGenAI } from '@google/genai';
import type { BatchIntent } from '../../ports/llm-provider.ts';
import { fromJsonLines } from '../llm/json-lines.ts';
import type { ProviderCaller } from '../llm/provider-caller.ts';
import { payloadLineSchema } from './request.ts';

/** Gemini takes 20 MB inline; the SDK's envelope and JSON escapes need room. */
const MAX_INLINE_BYTES = 15 * 1024 * 1024;

type Calls = ProviderCaller<GoogleGenAI>;

/** Creates the batch, the only step that begins work; a payload too large for a request is stored as a file before. */
export async function submitBatch(
  calls: Calls,
  intent: BatchIntent,
  payload: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<{ providerJobId: string }> {
  const file = payload.byteLength > MAX_INLINE_BYTES ? await upload(calls, intent, payload, signal) : null;
  return calls.start('create the batch', signal, async (client) => {
    const src = file ?? inlined(payload);
    const { name } = await client.batches.create({ model: intent.model, src, config: { displayName: intent.key } });
    if (!name) throw new Error('it carries no batch name');
    return { providerJobId: name };
  });
}

function upload(calls: Calls, intent: BatchIntent, payload: Uint8Array, signal: AbortSignal | undefined) {
  return calls.read('store the payload file', signal, async (client): Promise<BatchJobSource> => {
    const mimeType = 'application/jsonl';
    const file = new Blob([Buffer.from(payload)], { type: mimeType });
    const { name } = await client.files.upload({ file, config: { displayName: intent.key, mimeType } });
    if (!name) throw new Error('it carries no file name');
    return { fileName: name };
  });
}

/** The payload's lines as the SDK takes them inline; it moves the configuration back to where the lines had it. */
function inlined(payload: Uint8Array): BatchJobSource {
  return {
    inlinedRequests: fromJsonLines(payload, payloadLineSchema).map(({ key, request }) => ({
      contents: request.contents,
      config: { ...request.generationConfig, systemInstruction: request.systemInstruction },
      metadata: { key },
    })),
  };
}
