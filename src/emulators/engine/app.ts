import Fastify, { type FastifyError } from 'fastify';
import { addControlRoutes } from '../control/routes.ts';
import type { Engine, ProviderApp } from './engine.ts';
import { VendorRefusal, type VendorVoice } from './vendor-refusal.ts';

/** The largest body that an emulator takes; above Anthropic's documented 256 MB for a batch. */
const BODY_LIMIT_BYTES = 280 * 1024 * 1024;

/**
 * An app with everything but a vendor's routes: the log, authorization, errors in the vendor's form and the control
 * endpoint. Bodies are JSON whatever their content type says; routes with others register a parser of their own.
 */
export function createProviderApp(engine: Engine, voice: VendorVoice): ProviderApp {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
  });
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    const text = body.toString();
    if (text === '') return done(null, undefined);
    try {
      done(null, JSON.parse(text));
    } catch {
      done(voice.badRequest('We could not parse the JSON body of your request.'));
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    if (isControl(request.url)) return;
    engine.startEntry(request);
    reply.headers(voice.headers(engine.newId('req_')));
    const query = request.query as Record<string, unknown>;
    voice.authorize({ headers: request.headers, query, path: pathOf(request.url) });
  });
  app.addHook('onResponse', async (request, reply) => {
    const entry = engine.entryOf(request);
    if (entry !== undefined) entry.status = reply.statusCode;
  });
  app.setErrorHandler((error: FastifyError | VendorRefusal, request, reply) => {
    const refusal = asRefusal(error, voice);
    if (refusal.status === 500 && !(error instanceof VendorRefusal)) {
      process.stderr.write(`${engine.provider} emulator: ${request.method} ${request.url}: ${error.stack}\n`);
    }
    return reply.code(refusal.status).headers(refusal.headers).send(refusal.body);
  });
  app.setNotFoundHandler((request) => {
    throw voice.noSuchRoute(request.method, pathOf(request.url));
  });
  addControlRoutes(app, engine);
  return app;
}

function pathOf(url: string): string {
  return url.split('?')[0] ?? url;
}

function isControl(url: string): boolean {
  return url.startsWith('/_control');
}

function asRefusal(error: FastifyError | VendorRefusal, voice: VendorVoice): VendorRefusal {
  if (error instanceof VendorRefusal) return error;
  if (error.statusCode === 413) return voice.tooLarge();
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return voice.badRequest(error.message);
  }
  return voice.internal();
}
