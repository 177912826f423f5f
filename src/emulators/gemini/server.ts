import { createProviderApp } from '../engine/app.ts';
import type { Engine, ProviderApp } from '../engine/engine.ts';
import { addBatchRoutes } from './batch-routes.ts';
import { addFileRoutes, addUploadRoutes } from './file-routes.ts';
import { addModelRoutes } from './model-routes.ts';
import { geminiVoice } from './voice.ts';

/** The emulator of the Gemini API under `/v1` and `/v1beta` alike: models, batches and files. */
export function createGeminiEmulator(engine: Engine): ProviderApp {
  const app = createProviderApp(engine, geminiVoice);
  app.addHook('preHandler', async (request) => {
    const version = (request.params as { version?: string } | undefined)?.version;
    if (version !== undefined && !/^v1((alpha|beta)\d*)?$/.test(version)) {
      throw geminiVoice.noSuchRoute(request.method, request.url);
    }
  });
  app.register(async (scope) => addUploadRoutes(scope, engine));
  addModelRoutes(app, engine);
  addBatchRoutes(app, engine);
  addFileRoutes(app, engine);
  return app;
}
