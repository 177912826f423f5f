import type { ApiApp } from '../api-app.ts';

/** One line per request, without headers, bodies or query: tokens and passwords have no way into the log. */
export function addRequestLog(app: ApiApp): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        milliseconds: Math.round(reply.elapsedTime),
        by: request.principal?.name ?? null,
      },
      'request',
    );
  });
}
