import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Engine, guard } from '../engine/engine.ts';
import { asObject, asText, member, wholeNumber } from '../engine/json.ts';
import type { StoredBatch, StoredItem } from '../engine/store.ts';
import { batchAt, isOpen } from '../engine/timeline.ts';
import { inputOf, operation, readInlineRequests, readRequestFile } from './batches.ts';
import { geminiRefusal, geminiVoice } from './voice.ts';

const INLINE_LIMIT_BYTES = 20 * 1024 * 1024;
const DEFAULT_PAGE = 10;
const LARGEST_PAGE = 100;

/** Takes `models/M:batchGenerateContent`; the requests stand in the body or in an uploaded file. */
export async function createBatch(
  engine: Engine,
  call: { model: string; request: FastifyRequest; reply: FastifyReply },
): Promise<unknown> {
  const { request, reply, model } = call;
  const { batch, requests, fileName } = inputOf(request.body);
  const body = JSON.stringify(request.body ?? {});
  const file = fileName === null ? null : engine.store.file(fileName.replace(/^files\//, ''));
  // Faults may be matched by what is in the file: the request itself carries only its name.
  const content = file === null ? body : `${body} ${engine.store.content(file.id)}`;
  return guard(engine, geminiVoice, { request, reply, operation: 'create', content }, async () => {
    const items: StoredItem[] = [];
    if (fileName !== null && file === null) {
      throw geminiRefusal(404, `File ${fileName} was not found.`);
    } else if (file !== null) {
      items.push(...readRequestFile(engine.store.content(file.id).toString('utf8'), engine.faults));
    } else if (requests !== null) {
      if (Buffer.byteLength(body) > INLINE_LIMIT_BYTES) throw geminiVoice.tooLarge();
      items.push(...readInlineRequests(requests, engine.faults));
    } else {
      throw geminiRefusal(400, 'batch.input_config: exactly one of requests and file_name is required.');
    }
    const created: StoredBatch = {
      id: engine.newId(''),
      sequence: engine.store.nextSequence(),
      createdAtMs: engine.now(),
      latencyMs: engine.latency.batchMs,
      model,
      items,
      outcome: engine.faults.takeJobOutcome(content),
      cancelRequestedAtMs: null,
      validationErrors: [],
      facts: { displayName: asText(member(batch, 'displayName')), inputFileName: file === null ? null : file.name },
    };
    engine.store.putBatch(created);
    return operation(engine, created);
  });
}

/** Look-up, listing (newest first), cancellation and deletion of batches. */
export function addBatchRoutes(app: FastifyInstance, engine: Engine): void {
  app.get('/:version/batches', async (request, reply) =>
    guard(engine, geminiVoice, { request, reply, operation: 'list', content: request.url }, async () => {
      const query = asObject(request.query);
      const size = Math.min(LARGEST_PAGE, wholeNumber(query.pageSize, 1, 999_999) ?? DEFAULT_PAGE);
      const all = engine.store.batches();
      const start = startOf(all, query.pageToken);
      const page = all.slice(start, start + size);
      const last = page.at(-1);
      return {
        operations: await Promise.all(page.map((batch) => operation(engine, batch))),
        ...(start + size < all.length && last !== undefined ? { nextPageToken: String(last.sequence) } : {}),
      };
    }),
  );
  app.get<{ Params: { id: string } }>('/:version/batches/:id', async (request, reply) =>
    guard(engine, geminiVoice, { request, reply, operation: 'poll', content: request.url }, async () =>
      operation(engine, batchOf(engine, request.params.id)),
    ),
  );
  app.post<{ Params: { '*': string } }>('/:version/batches/*', async (request, reply) =>
    guard(engine, geminiVoice, { request, reply, operation: 'cancel', content: request.url }, async () => {
      const [, id] = /^([^:/]+):cancel$/.exec(request.params['*']) ?? [];
      if (id === undefined) throw geminiVoice.noSuchRoute(request.method, request.url);
      const batch = batchOf(engine, id);
      if (!isOpen(batchAt(batch, engine.now()).phase)) {
        throw geminiRefusal(400, 'The batch has already ended and cannot be cancelled.');
      }
      engine.store.putBatch({ ...batch, cancelRequestedAtMs: batch.cancelRequestedAtMs ?? engine.now() });
      return {};
    }),
  );
  app.delete<{ Params: { id: string } }>('/:version/batches/:id', async (request) => {
    engine.store.deleteBatch(batchOf(engine, request.params.id).id);
    return {};
  });
}

/** Tokens name the last batch that was shown, so that batches created between two pages shift nothing. */
function startOf(all: readonly StoredBatch[], token: unknown): number {
  if (token === undefined || token === '') return 0;
  const sequence = wholeNumber(token, 0, 999_999_999);
  if (sequence === null) throw geminiRefusal(400, 'Invalid page token.');
  const index = all.findIndex((batch) => batch.sequence < sequence);
  return index === -1 ? all.length : index;
}

function batchOf(engine: Engine, id: string): StoredBatch {
  const batch = engine.store.batch(id);
  if (batch === null) throw geminiRefusal(404, `Requested entity was not found: batches/${id}.`);
  return batch;
}
