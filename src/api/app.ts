import Fastify, { type FastifyInstance } from 'fastify';
import { type HealthOptions, healthRoutes } from './routes/health.ts';

/** The HTTP application without a port: `server.ts` and the embedded stack listen, tests inject. */
export function createApp(options: HealthOptions): FastifyInstance {
  const app = Fastify({ logger: false });
  app.register(healthRoutes, options);
  return app;
}
