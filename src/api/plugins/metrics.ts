import { z } from 'zod';
import { Scope } from '../../domain/access/principal.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { ApiApp } from '../api-app.ts';

/** Measures every request. */
export function addMetrics(app: ApiApp, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    metrics.observeRequest({
      method: request.method,
      // What no route answers is one route, whatever was asked for.
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
  });
}

/** `GET /metrics`, outside of every version, as scrapers expect it: for whoever may read the figures of the whole service. */
export function metricsRoute(app: ApiApp, metrics: Metrics): void {
  app.get(
    '/metrics',
    {
      config: { access: Scope.metrics },
      schema: {
        operationId: 'readMetrics',
        tags: ['service'],
        summary: 'Figures for Prometheus',
        description: 'The process, the API, how the service stands, and the Temporal SDK, in Prometheus’s text format.',
        response: { 200: { content: { 'text/plain': { schema: z.string() } } } },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.render()),
  );
}
