import type { FaultBoard } from '../control/faults.ts';
import type { Engine } from '../engine/engine.ts';
import { asArray, asObject, asText, isObject, type JsonObject, member } from '../engine/json.ts';
import { type SettledItem, settleItems } from '../engine/settle.ts';
import type { StoredBatch, StoredItem } from '../engine/store.ts';
import { type BatchMoment, batchAt, isOpen } from '../engine/timeline.ts';
import { contentBody, readContents } from './questions.ts';
import { geminiRefusal } from './voice.ts';

const TYPES = 'type.googleapis.com/google.ai.generativelanguage.v1main';

const STATE: Readonly<Record<BatchMoment['phase'], string>> = {
  validating: 'BATCH_STATE_PENDING',
  working: 'BATCH_STATE_RUNNING',
  finalizing: 'BATCH_STATE_RUNNING',
  cancelling: 'BATCH_STATE_RUNNING',
  ended: 'BATCH_STATE_SUCCEEDED',
  failed: 'BATCH_STATE_FAILED',
  expired: 'BATCH_STATE_EXPIRED',
  cancelled: 'BATCH_STATE_CANCELLED',
};

/** The error that an operation ends with, by google.rpc.Code. */
const ERRORS: Partial<Record<BatchMoment['phase'], { code: number; message: string }>> = {
  failed: { code: 13, message: 'The batch failed: an internal error has occurred.' },
  expired: { code: 4, message: 'The batch expired before all of its requests were processed.' },
  cancelled: { code: 1, message: 'The batch was cancelled.' },
};

/** The inline requests of a new batch; each needs a request, its metadata is given back unchanged. */
export function readInlineRequests(wrapper: JsonObject, faults: FaultBoard): StoredItem[] {
  const requests = asArray(wrapper.requests).map(asObject);
  if (requests.length === 0) throw geminiRefusal(400, 'The batch must have at least one request.');
  return requests.map((entry, index) => {
    if (!isObject(entry.request))
      throw geminiRefusal(400, `batch.input_config.requests.requests[${index}].request is required.`);
    return {
      key: asText(asObject(entry.metadata).key) ?? String(index),
      body: entry.request,
      ...(entry.metadata === undefined ? {} : { metadata: entry.metadata }),
      outcome: faults.takeItemOutcome(JSON.stringify(entry)),
    };
  });
}

/** The lines `{key, request}` of an uploaded file. */
export function readRequestFile(content: string, faults: FaultBoard): StoredItem[] {
  const lines = content
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) throw geminiRefusal(400, 'The input file has no requests.');
  return lines.map((line, index) => {
    const entry = parseLine(line, index);
    if (!isObject(entry.request)) throw geminiRefusal(400, `Line ${index + 1} of the input file has no request.`);
    return { key: asText(entry.key) ?? String(index), body: entry.request, outcome: faults.takeItemOutcome(line) };
  });
}

function parseLine(line: string, index: number): JsonObject {
  try {
    return asObject(JSON.parse(line));
  } catch {
    throw geminiRefusal(400, `Line ${index + 1} of the input file is not valid JSON.`);
  }
}

/** The long-running operation of a batch as it stands now. */
export async function operation(engine: Engine, batch: StoredBatch): Promise<unknown> {
  const moment = batchAt(batch, engine.now());
  const output = moment.phase === 'ended' ? await outputOf(engine, batch, moment) : null;
  const done = !isOpen(moment.phase);
  const error = ERRORS[moment.phase];
  return {
    name: `batches/${batch.id}`,
    metadata: {
      '@type': `${TYPES}.GenerateContentBatch`,
      model: `models/${batch.model}`,
      ...(batch.facts.displayName === null ? {} : { displayName: batch.facts.displayName }),
      ...(output === null ? {} : { output }),
      createTime: time(batch.createdAtMs),
      ...(moment.endedAtMs === null ? {} : { endTime: time(moment.endedAtMs) }),
      updateTime: time(moment.endedAtMs ?? moment.workingAtMs ?? batch.createdAtMs),
      batchStats: await statsOf(engine, batch, moment),
      state: STATE[moment.phase],
      name: `batches/${batch.id}`,
    },
    ...(done ? { done } : {}),
    ...(error === undefined ? {} : { error }),
    ...(output === null ? {} : { response: { '@type': `${TYPES}.GenerateContentBatchOutput`, ...output } }),
  };
}

/** The lines of a batch's result file; null where the batch has none. */
export async function resultLines(engine: Engine, batch: StoredBatch): Promise<string | null> {
  const moment = batchAt(batch, engine.now());
  if (moment.phase !== 'ended' || batch.facts.inputFileName === null) return null;
  const items = await settle(engine, batch, moment);
  const lines = items.map((settled, index) =>
    JSON.stringify({ key: settled.item.key, ...resultOf(settled, `${batch.id}${index}`) }),
  );
  return `${lines.join('\n')}\n`;
}

/** The id of the result file of a batch that came in a file. */
export function resultFileId(batch: StoredBatch): string {
  return `batch-${batch.id}`;
}

function settle(engine: Engine, batch: StoredBatch, moment: BatchMoment): Promise<readonly SettledItem[]> {
  return settleItems(engine, batch, moment, (item) => readContents(batch.model, item.body));
}

async function outputOf(engine: Engine, batch: StoredBatch, moment: BatchMoment): Promise<JsonObject> {
  if (batch.facts.inputFileName !== null) return { responsesFile: `files/${resultFileId(batch)}` };
  const items = await settle(engine, batch, moment);
  return {
    inlinedResponses: {
      inlinedResponses: items.map((settled, index) => ({
        ...resultOf(settled, `${batch.id}${index}`),
        ...(settled.item.metadata === undefined ? {} : { metadata: settled.item.metadata }),
      })),
    },
  };
}

function resultOf(settled: SettledItem, id: string): JsonObject {
  switch (settled.kind) {
    case 'answered':
      return { response: contentBody(id, settled.question, settled.answer) };
    case 'refused':
      return { error: { code: 3, message: settled.refusal.message } };
    case 'failed':
      return { error: { code: 13, message: 'An internal error has occurred.' } };
    case 'expired':
      return { error: { code: 4, message: 'The request expired before it was processed.' } };
    case 'cancelled':
      return { error: { code: 1, message: 'The request was cancelled.' } };
  }
}

/** Counts are 64-bit numbers, which Google's JSON writes as strings and leaves out where they are zero. */
async function statsOf(engine: Engine, batch: StoredBatch, moment: BatchMoment): Promise<JsonObject> {
  const total = batch.items.length;
  const items = moment.phase === 'ended' ? await settle(engine, batch, moment) : null;
  const failed = items?.filter((one) => one.kind !== 'answered').length ?? 0;
  const counts: [string, number][] = [
    ['requestCount', total],
    ['successfulRequestCount', items === null ? moment.itemsDone : total - failed],
    ['failedRequestCount', failed],
    ['pendingRequestCount', isOpen(moment.phase) ? total - moment.itemsDone : 0],
  ];
  return Object.fromEntries(counts.filter(([, count]) => count > 0).map(([name, count]) => [name, String(count)]));
}

function time(millis: number): string {
  return new Date(millis).toISOString();
}

/** Where a new batch's requests are: `inputConfig` with `requests` or a `fileName`. */
export function inputOf(body: unknown): { batch: JsonObject; requests: JsonObject | null; fileName: string | null } {
  const batch = asObject(asObject(body).batch);
  const config = asObject(member(batch, 'inputConfig'));
  return {
    batch,
    requests: isObject(config.requests) ? config.requests : null,
    fileName: asText(member(config, 'fileName')),
  };
}
