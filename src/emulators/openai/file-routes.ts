import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Engine, guard } from '../engine/engine.ts';
import { asObject, wholeNumber } from '../engine/json.ts';
import type { StoredFile } from '../engine/store.ts';
import { readResultFile } from './batches.ts';
import { openAiRefusal, openAiVoice } from './voice.ts';

const PURPOSES = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'];
const KEPT_SECONDS = 30 * 86_400;

interface Upload {
  readonly purpose: string | null;
  readonly name: string | null;
  readonly content: Buffer;
}

/** Upload, listing, content and deletion of files; the result files of ended batches are readable as files, too. */
export function addFileRoutes(app: FastifyInstance, engine: Engine): void {
  app.post('/v1/files', async (request, reply) => {
    if (!request.isMultipart()) throw openAiRefusal(400, "'file' is a required property");
    const upload = await readUpload(request);
    const call = { request, reply, operation: 'upload' as const, content: `${upload.name} ${upload.content}` };
    return guard(engine, openAiVoice, call, async () => storeUpload(engine, upload));
  });
  app.get('/v1/files', async (request) => listFiles(engine, asObject(request.query)));
  app.get<{ Params: { id: string } }>('/v1/files/:id', async (request) => describe(engine, request.params.id));
  app.get<{ Params: { id: string } }>('/v1/files/:id/content', async (request, reply) => {
    const { id } = request.params;
    return guard(engine, openAiVoice, { request, reply, operation: 'results', content: request.url }, async () => {
      const stored = engine.store.file(id);
      const content = stored === null ? (await readResultFile(engine, id))?.content : engine.store.content(id);
      if (content === undefined) throw noSuchFile(id);
      reply.type('application/octet-stream');
      return content;
    });
  });
  app.delete<{ Params: { id: string } }>('/v1/files/:id', async (request) => {
    const { id } = request.params;
    if (engine.store.file(id) === null) throw noSuchFile(id);
    engine.store.deleteFile(id);
    return { id, object: 'file', deleted: true };
  });
}

async function readUpload(request: FastifyRequest): Promise<Upload> {
  let purpose: string | null = null;
  let name: string | null = null;
  let content: Buffer = Buffer.alloc(0);
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      name = part.filename ?? null;
      content = await part.toBuffer();
    } else if (part.fieldname === 'purpose') {
      purpose = String(part.value);
    }
  }
  return { purpose, name, content };
}

function storeUpload(engine: Engine, upload: Upload): unknown {
  const { purpose, name, content } = upload;
  if (name === null) throw openAiRefusal(400, "'file' is a required property");
  if (purpose === null) throw openAiRefusal(400, "'purpose' is a required property");
  if (!PURPOSES.includes(purpose)) {
    throw openAiRefusal(
      400,
      `'${purpose}' is not one of [${PURPOSES.map((one) => `'${one}'`).join(', ')}] - 'purpose'`,
    );
  }
  if (purpose === 'batch' && !name.endsWith('.jsonl')) {
    throw openAiRefusal(400, 'Invalid file format for Batch API. Must be .jsonl', { param: 'file' });
  }
  if (content.length === 0) throw openAiRefusal(400, 'File is empty.', { param: 'file' });
  const file: StoredFile = {
    id: engine.newId('file-'),
    sequence: engine.store.nextSequence(),
    name,
    purpose,
    mediaType: 'application/jsonl',
    createdAtMs: engine.now(),
    bytes: content.length,
  };
  engine.store.putFile(file, content);
  return fileObject(file);
}

function listFiles(engine: Engine, query: Readonly<Record<string, unknown>>): unknown {
  const limit = wholeNumber(query.limit, 1, 10_000) ?? 10_000;
  const all = engine.store.files().filter((file) => query.purpose === undefined || file.purpose === query.purpose);
  const ordered = query.order === 'asc' ? all.reverse() : all;
  const start = query.after === undefined ? 0 : ordered.findIndex((file) => file.id === query.after) + 1;
  const page = ordered.slice(start, start + limit);
  return {
    object: 'list',
    data: page.map(fileObject),
    has_more: start + limit < ordered.length,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  };
}

async function describe(engine: Engine, id: string): Promise<unknown> {
  const stored = engine.store.file(id);
  if (stored !== null) return fileObject(stored);
  const result = await readResultFile(engine, id);
  if (result === null) throw noSuchFile(id);
  const bytes = Buffer.byteLength(result.content);
  const createdAtMs = result.batch.createdAtMs + result.batch.latencyMs;
  return fileObject({ id, name: result.name, purpose: 'batch_output', createdAtMs, bytes });
}

function fileObject(file: Pick<StoredFile, 'id' | 'name' | 'purpose' | 'createdAtMs' | 'bytes'>): unknown {
  const createdAt = Math.floor(file.createdAtMs / 1000);
  const isOfBatch = file.purpose.startsWith('batch');
  return {
    object: 'file',
    id: file.id,
    purpose: file.purpose,
    filename: file.name,
    bytes: file.bytes,
    created_at: createdAt,
    expires_at: isOfBatch ? createdAt + KEPT_SECONDS : null,
    status: 'processed',
    status_details: null,
  };
}

function noSuchFile(id: string) {
  return openAiRefusal(404, `No such File object: ${id}`, { param: 'id' });
}
