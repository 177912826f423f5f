import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { countInputTokens } from '../answers/answerer.ts';
import { takeDirectCall } from '../engine/direct-call.ts';
import { type Engine, guard } from '../engine/engine.ts';
import { asObject } from '../engine/json.ts';
import { createBatch } from './batch-routes.ts';
import { contentBody, readContents } from './questions.ts';
import { checkModel, geminiRefusal, geminiVoice } from './voice.ts';

const MODELS = ['gemini-2.5-pro', 'gemini-2.5-flash', 'gemini-2.5-flash-lite'];
const STREAM_PIECES = 3;

interface ModelCall {
  readonly model: string;
  readonly method: string;
  readonly version: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** `models/M:method`: content, streamed content, token counts and batches; listing and description of models. */
export function addModelRoutes(app: FastifyInstance, engine: Engine): void {
  app.get('/:version/models', async () => ({ models: MODELS.map(modelObject) }));
  app.get<{ Params: { version: string; model: string } }>('/:version/models/:model', async (request) => {
    checkModel(request.params.model, request.params.version, 'getModel');
    return modelObject(request.params.model);
  });
  app.post<{ Params: { version: string; '*': string } }>('/:version/models/*', async (request, reply) => {
    const [, model = '', method = ''] = /^([^:/]+):(\w+)$/.exec(request.params['*']) ?? [];
    const call = { model, method, version: request.params.version, request, reply };
    switch (method) {
      case 'generateContent':
      case 'streamGenerateContent':
        return generate(engine, call);
      case 'countTokens':
        return count(call);
      case 'batchGenerateContent': {
        checkModel(model, call.version, method);
        return createBatch(engine, call);
      }
      default:
        throw geminiVoice.noSuchRoute(request.method, request.url);
    }
  });
}

async function generate(engine: Engine, call: ModelCall): Promise<unknown> {
  const { request, reply, model, method } = call;
  const content = JSON.stringify(request.body ?? {});
  return guard(engine, geminiVoice, { request, reply, operation: 'direct', content }, async () => {
    checkModel(model, call.version, method);
    const question = readContents(model, request.body);
    const id = engine.newId('');
    const result = await takeDirectCall(engine, { question, method, id, content });
    if (result.kind === 'refused') throw geminiVoice.internal();
    if (method === 'generateContent') return contentBody(id, question, result.answer);
    const pieces = splitText(result.answer.text).map((text, index, all) =>
      JSON.stringify(contentBody(id, question, result.answer, { text, isLast: index === all.length - 1 })),
    );
    if (asObject(request.query).alt !== 'sse') {
      reply.type('application/json; charset=utf-8');
      return `[${pieces.join(',\n')}]`;
    }
    reply.type('text/event-stream');
    return pieces.map((piece) => `data: ${piece}\r\n\r\n`).join('');
  });
}

/** A token count of contents, or of a whole request that wraps them. */
function count(call: ModelCall): unknown {
  checkModel(call.model, call.version, 'countTokens');
  const body = asObject(call.request.body);
  const wrapped = body.generateContentRequest;
  if (body.contents === undefined && wrapped === undefined) {
    throw geminiRefusal(400, '* CountTokensRequest: contents is not specified');
  }
  const totalTokens = countInputTokens(readContents(call.model, wrapped ?? body));
  return { totalTokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }] };
}

/** A few pieces that give the text when joined; a character of two code units is never cut. */
function splitText(text: string): string[] {
  const size = Math.max(1, Math.ceil(text.length / STREAM_PIECES));
  const pieces: string[] = [];
  let start = 0;
  while (start < text.length) {
    let end = Math.min(text.length, start + size);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) end += 1;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces.length === 0 ? [''] : pieces;
}

function modelObject(model: string): unknown {
  return {
    name: `models/${model}`,
    version: '001',
    displayName: model,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['generateContent', 'countTokens', 'batchGenerateContent'],
  };
}
