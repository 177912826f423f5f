import multipart from '@fastify/multipart';
import { createProviderApp } from '../engine/app.ts';
import { takeDirectCall } from '../engine/direct-call.ts';
import { type Engine, guard, type ProviderApp } from '../engine/engine.ts';
import { asObject } from '../engine/json.ts';
import { answerBody } from './answers.ts';
import { addBatchRoutes } from './batch-routes.ts';
import { addFileRoutes } from './file-routes.ts';
import { ENDPOINTS, readQuestion } from './questions.ts';
import { isOpenAiModel, noSuchModel, openAiRefusal, openAiVoice } from './voice.ts';

const MODELS = ['gpt-4.1', 'gpt-4.1-mini', 'gpt-5', 'gpt-5-mini', 'o4-mini'];

/** The emulator of the OpenAI API: files, batches, responses, chat completions and models under `/v1`. */
export function createOpenAiEmulator(engine: Engine): ProviderApp {
  const app = createProviderApp(engine, openAiVoice);
  app.register(async (scope) => {
    await scope.register(multipart, { limits: { fileSize: 200 * 1024 * 1024, files: 1 } });
    addFileRoutes(scope, engine);
  });
  addBatchRoutes(app, engine);
  addDirectRoutes(app, engine);
  app.get('/v1/models', async () => ({ object: 'list', data: MODELS.map(modelObject) }));
  app.get<{ Params: { model: string } }>('/v1/models/:model', async (request) => {
    if (!isOpenAiModel(request.params.model)) throw noSuchModel(request.params.model);
    return modelObject(request.params.model);
  });
  return app;
}

function addDirectRoutes(app: ProviderApp, engine: Engine): void {
  for (const endpoint of ENDPOINTS) {
    app.post(endpoint, async (request, reply) => {
      const content = JSON.stringify(request.body ?? {});
      return guard(engine, openAiVoice, { request, reply, operation: 'direct', content }, async () => {
        const body = asObject(request.body);
        const question = readQuestion(endpoint, body);
        if (body.stream === true) {
          throw openAiRefusal(400, 'This emulator does not stream.', { param: 'stream', code: 'unsupported_value' });
        }
        const id = engine.newId('');
        const method = endpoint.slice('/v1/'.length);
        const result = await takeDirectCall(engine, { question, method, id, content, metadata: body.metadata });
        if (result.kind === 'refused') throw openAiVoice.internal();
        return answerBody(endpoint, { id, createdAtMs: engine.now(), body }, question, result.answer);
      });
    });
  }
}

function modelObject(id: string): unknown {
  return { id, object: 'model', created: 1_700_000_000, owned_by: 'emulator' };
}
