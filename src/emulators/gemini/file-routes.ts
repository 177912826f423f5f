import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Engine, guard } from '../engine/engine.ts';
import { asObject, asText, member, wholeNumber } from '../engine/json.ts';
import type { StoredFile } from '../engine/store.ts';
import { headerOf } from '../engine/vendor-refusal.ts';
import { resultFileId, resultLines } from './batches.ts';
import { geminiRefusal, geminiVoice } from './voice.ts';

const KEPT_MS = 48 * 3_600_000;
const MOST_OPEN_UPLOADS = 1000;

interface UploadSession {
  readonly name: string;
  readonly id: string;
  readonly mediaType: string;
  readonly version: string;
  readonly chunks: Buffer[];
}

/** The resumable upload: a start that answers with an address, then chunks, the last of which finalizes. */
export function addUploadRoutes(app: FastifyInstance, engine: Engine): void {
  const sessions = new Map<string, UploadSession>();
  app.removeAllContentTypeParsers();
  // Chunks arrive with whatever content type the client's other calls have.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post<{ Params: { version: string }; Querystring: { upload_id?: string } }>(
    '/upload/:version/files',
    async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const uploadId = request.query.upload_id;
      const call = { request, reply, operation: 'upload' as const, content: body.toString('utf8') };
      // Only the chunks count as the upload, so that an armed fault hits a file once.
      if (uploadId === undefined) return startUpload(engine, sessions, request, reply, body);
      return guard(engine, geminiVoice, call, async () => takeChunk(engine, sessions, uploadId, request, reply, body));
    },
  );
}

function startUpload(
  engine: Engine,
  sessions: Map<string, UploadSession>,
  request: FastifyRequest<{ Params: { version: string } }>,
  reply: FastifyReply,
  body: Buffer,
): unknown {
  const protocol = headerOf(request.headers, 'x-goog-upload-protocol');
  const command = headerOf(request.headers, 'x-goog-upload-command');
  if (protocol !== 'resumable' || command !== 'start') {
    throw geminiRefusal(
      400,
      'Only resumable uploads are taken: send X-Goog-Upload-Protocol and X-Goog-Upload-Command.',
    );
  }
  const described = asObject(asObject(parse(body)).file);
  const wantedId = asText(described.name)?.replace(/^files\//, '') ?? null;
  if (wantedId !== null && !/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(wantedId)) {
    throw geminiRefusal(400, `Invalid file name: ${wantedId}`);
  }
  if (wantedId !== null && engine.store.file(wantedId) !== null) {
    throw geminiRefusal(400, `File files/${wantedId} already exists.`);
  }
  const uploadId = engine.newId('');
  if (sessions.size >= MOST_OPEN_UPLOADS) sessions.clear();
  sessions.set(uploadId, {
    id: wantedId ?? engine.newId(''),
    name: asText(member(described, 'displayName')) ?? headerOf(request.headers, 'x-goog-upload-file-name') ?? '',
    mediaType:
      asText(member(described, 'mimeType')) ??
      headerOf(request.headers, 'x-goog-upload-header-content-type') ??
      'application/octet-stream',
    version: request.params.version,
    chunks: [],
  });
  const address = `${request.protocol}://${request.host}/upload/${request.params.version}/files`;
  reply.header('x-goog-upload-url', `${address}?upload_id=${uploadId}&upload_protocol=resumable`);
  reply.header('x-goog-upload-status', 'active');
  return reply.send('');
}

function takeChunk(
  engine: Engine,
  sessions: Map<string, UploadSession>,
  uploadId: string,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Buffer,
): unknown {
  const session = sessions.get(uploadId);
  if (session === undefined) throw geminiRefusal(404, 'The upload does not exist or has ended.');
  const received = session.chunks.reduce((total, chunk) => total + chunk.length, 0);
  const offset = Number(headerOf(request.headers, 'x-goog-upload-offset') ?? '0');
  if (offset !== received) throw geminiRefusal(400, `Expected the offset ${received}, got ${offset}.`);
  session.chunks.push(body);
  if (!/finalize/.test(headerOf(request.headers, 'x-goog-upload-command') ?? '')) {
    reply.header('x-goog-upload-status', 'active');
    return reply.send('');
  }
  sessions.delete(uploadId);
  const content = Buffer.concat(session.chunks);
  const file: StoredFile = {
    id: session.id,
    sequence: engine.store.nextSequence(),
    name: session.name,
    purpose: 'user',
    mediaType: session.mediaType,
    createdAtMs: engine.now(),
    bytes: content.length,
  };
  engine.store.putFile(file, content);
  reply.header('x-goog-upload-status', 'final');
  return { file: fileObject(file, baseOf(request, session.version)) };
}

/** Listing, description, deletion and download of files; result files of batches can be downloaded, too. */
export function addFileRoutes(app: FastifyInstance, engine: Engine): void {
  app.get<{ Params: { version: string } }>('/:version/files', async (request) => {
    const query = asObject(request.query);
    const size = wholeNumber(query.pageSize, 1, 100) ?? 10;
    const start = wholeNumber(query.pageToken, 0, 999_999_999) ?? 0;
    const all = engine.store.files();
    const page = all
      .slice(start, start + size)
      .map((file) => fileObject(file, baseOf(request, request.params.version)));
    return { files: page, ...(start + size < all.length ? { nextPageToken: String(start + size) } : {}) };
  });
  app.get<{ Params: { version: string; '*': string } }>('/:version/files/*', async (request, reply) => {
    const [, id = '', verb] = /^([^:/]+)(:download)?$/.exec(request.params['*']) ?? [];
    if (verb === undefined) return fileObject(fileOf(engine, id), baseOf(request, request.params.version));
    return guard(engine, geminiVoice, { request, reply, operation: 'results', content: request.url }, async () => {
      reply.type('application/octet-stream');
      return contentOf(engine, id);
    });
  });
  app.delete<{ Params: { id: string } }>('/:version/files/:id', async (request) => {
    engine.store.deleteFile(fileOf(engine, request.params.id).id);
    return {};
  });
}

async function contentOf(engine: Engine, id: string): Promise<Buffer> {
  if (engine.store.file(id) !== null) return engine.store.content(id);
  const batch = engine.store.batches().find((one) => resultFileId(one) === id);
  const lines = batch === undefined ? null : await resultLines(engine, batch);
  if (lines === null) throw noSuchFile(id);
  return Buffer.from(lines);
}

function fileOf(engine: Engine, id: string): StoredFile {
  const file = engine.store.file(id);
  if (file === null) throw noSuchFile(id);
  return file;
}

/** Google does not tell a file that is missing from one of somebody else. */
function noSuchFile(id: string) {
  return geminiRefusal(403, `You do not have permission to access the File ${id} or it may not exist.`);
}

function fileObject(file: StoredFile, base: string): unknown {
  const time = (millis: number) => new Date(millis).toISOString();
  return {
    name: `files/${file.id}`,
    displayName: file.name,
    mimeType: file.mediaType,
    sizeBytes: String(file.bytes),
    createTime: time(file.createdAtMs),
    updateTime: time(file.createdAtMs),
    expirationTime: time(file.createdAtMs + KEPT_MS),
    uri: `${base}/files/${file.id}`,
    state: 'ACTIVE',
    source: 'UPLOADED',
  };
}

function baseOf(request: FastifyRequest, version: string): string {
  return `${request.protocol}://${request.host}/${version}`;
}

function parse(body: Buffer): unknown {
  try {
    return body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  } catch {
    throw geminiRefusal(400, 'Invalid JSON payload received.');
  }
}
