import type { FastifyInstance } from 'fastify';
import { type Engine, guard } from '../engine/engine.ts';
import { asObject, asText, isObject, type JsonObject, wholeNumber } from '../engine/json.ts';
import type { StoredBatch } from '../engine/store.ts';
import { readBatchInput } from './batch-input.ts';
import { batchObject, statusOf } from './batches.ts';
import { ENDPOINTS } from './questions.ts';
import { openAiRefusal, openAiVoice } from './voice.ts';

const DEFAULT_PAGE = 20;
const LARGEST_PAGE = 100;

/** Creation, look-up, listing (newest first) and cancellation of batches. */
export function addBatchRoutes(app: FastifyInstance, engine: Engine): void {
  app.post('/v1/batches', async (request, reply) => {
    const body = asObject(request.body);
    const file = engine.store.file(asText(body.input_file_id) ?? '');
    // Faults may be matched by what is in the file: the request itself carries only its id.
    const content = `${JSON.stringify(body)} ${file === null ? '' : engine.store.content(file.id)}`;
    return guard(engine, openAiVoice, { request, reply, operation: 'create', content }, async () => {
      const batch = createBatch(engine, body, content);
      engine.store.putBatch(batch);
      return batchObject(engine, batch);
    });
  });
  app.get('/v1/batches', async (request, reply) =>
    guard(engine, openAiVoice, { request, reply, operation: 'list', content: request.url }, async () =>
      listBatches(engine, asObject(request.query)),
    ),
  );
  app.get<{ Params: { id: string } }>('/v1/batches/:id', async (request, reply) =>
    guard(engine, openAiVoice, { request, reply, operation: 'poll', content: request.url }, async () =>
      batchObject(engine, batchOf(engine, request.params.id)),
    ),
  );
  app.post<{ Params: { id: string } }>('/v1/batches/:id/cancel', async (request, reply) =>
    guard(engine, openAiVoice, { request, reply, operation: 'cancel', content: request.url }, async () => {
      const batch = batchOf(engine, request.params.id);
      const { status, open } = statusOf(engine, batch);
      if (!open) throw openAiRefusal(409, `Cannot cancel a batch with status '${status}'.`);
      const cancelled = { ...batch, cancelRequestedAtMs: batch.cancelRequestedAtMs ?? engine.now() };
      engine.store.putBatch(cancelled);
      return batchObject(engine, cancelled);
    }),
  );
}

function createBatch(engine: Engine, body: JsonObject, content: string): StoredBatch {
  const inputFileId = required(body, 'input_file_id');
  const endpoint = oneOf(body, 'endpoint', ENDPOINTS);
  oneOf(body, 'completion_window', ['24h']);
  const metadata = readMetadata(body.metadata);
  const file = engine.store.file(inputFileId);
  if (file === null) {
    throw openAiRefusal(400, `Invalid input_file_id: no such file ${inputFileId}.`, {
      param: 'input_file_id',
      code: 'invalid_value',
    });
  }
  if (file.purpose !== 'batch') {
    throw openAiRefusal(400, `Invalid input_file_id: expected a file with purpose 'batch', got '${file.purpose}'.`, {
      param: 'input_file_id',
      code: 'invalid_value',
    });
  }
  const input = readBatchInput(engine.store.content(inputFileId).toString('utf8'), endpoint, engine.faults);
  return {
    id: engine.newId('batch_'),
    sequence: engine.store.nextSequence(),
    createdAtMs: engine.now(),
    latencyMs: engine.latency.batchMs,
    model: input.model,
    items: input.items,
    outcome: engine.faults.takeJobOutcome(content),
    cancelRequestedAtMs: null,
    validationErrors: input.errors,
    facts: { endpoint, inputFileId, inputFileName: file.name, metadata },
  };
}

async function listBatches(engine: Engine, query: JsonObject): Promise<unknown> {
  const limit = query.limit === undefined ? DEFAULT_PAGE : wholeNumber(query.limit, 1, LARGEST_PAGE);
  if (limit === null) {
    throw openAiRefusal(400, `Invalid 'limit': expected an integer from 1 to ${LARGEST_PAGE}.`, { param: 'limit' });
  }
  const all = engine.store.batches();
  const after = asText(query.after);
  const position = after === null ? -1 : all.findIndex((batch) => batch.id === after);
  if (after !== null && position === -1) throw noSuchBatch(after);
  const page = all.slice(position + 1, position + 1 + limit);
  return {
    object: 'list',
    data: await Promise.all(page.map((batch) => batchObject(engine, batch))),
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
    has_more: position + 1 + limit < all.length,
  };
}

function batchOf(engine: Engine, id: string): StoredBatch {
  const batch = engine.store.batch(id);
  if (batch === null) throw noSuchBatch(id);
  return batch;
}

function noSuchBatch(id: string) {
  return openAiRefusal(404, `No batch found with id '${id}'.`);
}

function required(body: JsonObject, param: string): string {
  const value = asText(body[param]);
  if (value !== null && value !== '') return value;
  throw openAiRefusal(400, `Missing required parameter: '${param}'.`, { param, code: 'missing_required_parameter' });
}

function oneOf(body: JsonObject, param: string, allowed: readonly string[]): string {
  const value = required(body, param);
  if (allowed.includes(value)) return value;
  const names = allowed.map((one) => `'${one}'`).join(' and ');
  throw openAiRefusal(400, `Invalid value: '${value}'. Supported values are: ${names}.`, {
    param,
    code: 'invalid_value',
  });
}

/** At most 16 pairs, keys up to 64 and values up to 512 characters. */
function readMetadata(metadata: unknown): JsonObject | null {
  if (metadata === undefined || metadata === null) return null;
  const refuse = (message: string) => openAiRefusal(400, message, { param: 'metadata', code: 'invalid_value' });
  if (!isObject(metadata)) throw refuse("Invalid type for 'metadata': expected an object.");
  const pairs = Object.entries(metadata);
  if (pairs.length > 16) throw refuse("Invalid 'metadata': too many properties. Expected at most 16.");
  for (const [key, value] of pairs) {
    if (key.length > 64)
      throw refuse(`Invalid 'metadata': the key '${key.slice(0, 64)}…' is longer than 64 characters.`);
    if (typeof value !== 'string') throw refuse(`Invalid type for 'metadata.${key}': expected a string.`);
    if (value.length > 512)
      throw refuse(`Invalid 'metadata.${key}': string too long. Expected at most 512 characters.`);
  }
  return metadata;
}
