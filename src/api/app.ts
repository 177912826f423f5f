import Fastify, { type FastifyInstance } from 'fastify';
import { healthRoutes } from './routes/health.ts';

export interface HealthCheck {
  readonly name: string;
  /** Resolves to a short fact (a version, an address) or fails with the reason. */
  check(): Promise<string>;
}

export interface AppOptions {
  readonly version: string;
  readonly checks: readonly HealthCheck[];
  /** What is not real in this service, in sentences; empty if nothing. */
  readonly simulated: readonly string[];
  readonly links: Readonly<Record<string, string>>;
}

/** The HTTP application without a port: `server.ts` and the embedded stack listen, tests inject. */
export function createApp(options: AppOptions): FastifyInstance {
  const app = Fastify({ logger: false });
  app.register(healthRoutes, options);
  return app;
}
