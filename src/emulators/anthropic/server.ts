import type { FastifyRequest } from 'fastify';
import { countInputTokens } from '../answers/answerer.ts';
import { createProviderApp } from '../engine/app.ts';
import { takeDirectCall } from '../engine/direct-call.ts';
import { type Engine, guard, type ProviderApp } from '../engine/engine.ts';
import { asObject, asText, type JsonObject, wholeNumber } from '../engine/json.ts';
import type { StoredBatch } from '../engine/store.ts';
import { headerOf } from '../engine/vendor-refusal.ts';
import { batchObject, isEnded, messageBody, readRequests, resultsOf } from './batches.ts';
import { readMessage } from './questions.ts';
import { anthropicVoice, invalidRequest, isAnthropicModel, notFound, refusesSampling } from './voice.ts';

const BATCHES = '/v1/messages/batches';
const DEFAULT_PAGE = 20;
const LARGEST_PAGE = 1000;
const MODELS = ['claude-opus-4-5', 'claude-sonnet-4-5', 'claude-haiku-4-5'];

/** The emulator of the Anthropic API: messages, their batches, token counts and models. */
export function createAnthropicEmulator(engine: Engine): ProviderApp {
  const app = createProviderApp(engine, anthropicVoice);
  addMessageRoutes(app, engine);
  addBatchRoutes(app, engine);
  addBatchItemRoutes(app, engine);
  app.get('/v1/models', async () => ({
    data: MODELS.map(modelObject),
    has_more: false,
    first_id: MODELS[0],
    last_id: MODELS.at(-1),
  }));
  app.get<{ Params: { model: string } }>('/v1/models/:model', async (request) => {
    if (!isAnthropicModel(request.params.model)) throw notFound(`model: ${request.params.model}`);
    return modelObject(request.params.model);
  });
  return app;
}

function addMessageRoutes(app: ProviderApp, engine: Engine): void {
  app.post('/v1/messages', async (request, reply) => {
    const content = JSON.stringify(request.body ?? {});
    return guard(engine, anthropicVoice, { request, reply, operation: 'direct', content }, async () => {
      const body = asObject(request.body);
      const question = readMessage(body, { refuseSampling: refusesSampling(versionOf(request)), needsLimit: true });
      if (body.stream === true) throw invalidRequest('stream: this emulator does not stream');
      const id = engine.newId('');
      const result = await takeDirectCall(engine, {
        question,
        method: 'messages',
        id,
        content,
        metadata: body.metadata,
      });
      if (result.kind === 'refused') throw anthropicVoice.internal();
      return messageBody(id, question, result.answer, 'standard');
    });
  });
  app.post('/v1/messages/count_tokens', async (request) => {
    const question = readMessage(request.body, { refuseSampling: false, needsLimit: false });
    return { input_tokens: countInputTokens(question) };
  });
}

function addBatchRoutes(app: ProviderApp, engine: Engine): void {
  app.post(BATCHES, async (request, reply) => {
    const content = JSON.stringify(request.body ?? {});
    return guard(engine, anthropicVoice, { request, reply, operation: 'create', content }, async () => {
      const items = readRequests(asObject(request.body), engine.faults);
      const batch: StoredBatch = {
        id: engine.newId('msgbatch_'),
        sequence: engine.store.nextSequence(),
        createdAtMs: engine.now(),
        latencyMs: engine.latency.batchMs,
        model: asText(asObject(items[0]?.body).model) ?? '',
        items,
        outcome: engine.faults.takeJobOutcome(content),
        cancelRequestedAtMs: null,
        validationErrors: [],
        facts: { version: versionOf(request) },
      };
      engine.store.putBatch(batch);
      return batchObject(engine, batch, originOf(request));
    });
  });
  app.get(BATCHES, async (request, reply) =>
    guard(engine, anthropicVoice, { request, reply, operation: 'list', content: request.url }, async () =>
      listBatches(engine, asObject(request.query), originOf(request)),
    ),
  );
}

function addBatchItemRoutes(app: ProviderApp, engine: Engine): void {
  app.get<{ Params: { id: string } }>(`${BATCHES}/:id`, async (request, reply) =>
    guard(engine, anthropicVoice, { request, reply, operation: 'poll', content: request.url }, async () =>
      batchObject(engine, batchOf(engine, request.params.id), originOf(request)),
    ),
  );
  app.get<{ Params: { id: string } }>(`${BATCHES}/:id/results`, async (request, reply) =>
    guard(engine, anthropicVoice, { request, reply, operation: 'results', content: request.url }, async () => {
      const batch = batchOf(engine, request.params.id);
      if (!isEnded(engine, batch)) throw notFound(`No results are available for batch ${batch.id} yet.`);
      reply.type('application/x-jsonl');
      return resultsOf(engine, batch);
    }),
  );
  app.post<{ Params: { id: string } }>(`${BATCHES}/:id/cancel`, async (request, reply) =>
    guard(engine, anthropicVoice, { request, reply, operation: 'cancel', content: request.url }, async () => {
      const batch = batchOf(engine, request.params.id);
      if (isEnded(engine, batch)) throw invalidRequest(`Batch ${batch.id} has already ended and cannot be canceled.`);
      const cancelled = { ...batch, cancelRequestedAtMs: batch.cancelRequestedAtMs ?? engine.now() };
      engine.store.putBatch(cancelled);
      return batchObject(engine, cancelled, originOf(request));
    }),
  );
  app.delete<{ Params: { id: string } }>(`${BATCHES}/:id`, async (request) => {
    const batch = batchOf(engine, request.params.id);
    if (!isEnded(engine, batch)) throw invalidRequest(`Batch ${batch.id} is still processing and cannot be deleted.`);
    engine.store.deleteBatch(batch.id);
    return { id: batch.id, type: 'message_batch_deleted' };
  });
}

/** Newest first; `after_id` goes on to older ones, `before_id` back to newer ones. */
async function listBatches(engine: Engine, query: JsonObject, origin: string): Promise<unknown> {
  const limit = query.limit === undefined ? DEFAULT_PAGE : wholeNumber(query.limit, 1, LARGEST_PAGE);
  if (limit === null) throw invalidRequest(`limit: Input should be an integer from 1 to ${LARGEST_PAGE}`);
  const all = engine.store.batches();
  const indexOf = (id: unknown) => {
    const index = all.findIndex((batch) => batch.id === id);
    if (index === -1) throw invalidRequest(`No batch with the id ${String(id)}`);
    return index;
  };
  const backwards = query.before_id !== undefined;
  const end = backwards ? indexOf(query.before_id) : all.length;
  const start = backwards ? Math.max(0, end - limit) : query.after_id === undefined ? 0 : indexOf(query.after_id) + 1;
  const page = all.slice(start, Math.min(end, start + limit));
  return {
    data: await Promise.all(page.map((batch) => batchObject(engine, batch, origin))),
    has_more: backwards ? start > 0 : start + limit < all.length,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  };
}

function batchOf(engine: Engine, id: string): StoredBatch {
  const batch = engine.store.batch(id);
  if (batch === null) throw notFound(`No batch found with the id ${id}`);
  return batch;
}

function versionOf(request: FastifyRequest): string | null {
  return headerOf(request.headers, 'anthropic-version');
}

function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

function modelObject(id: string): unknown {
  return { type: 'model', id, display_name: id, created_at: '2025-01-01T00:00:00Z' };
}
