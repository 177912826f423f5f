import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Metrics } from '../ports/metrics.ts';
import type { ApiApp } from './api-app.ts';
import { addGuard, type GuardOptions } from './auth/guard.ts';
import { createLoginThrottle, type LoginLimits } from './auth/login-throttle.ts';
import { addDocumentation } from './plugins/documentation.ts';
import { addEtags } from './plugins/etags.ts';
import { addIdempotency, type IdempotencyPorts } from './plugins/idempotency.ts';
import { addMetrics, metricsRoute } from './plugins/metrics.ts';
import { addProblems, sendProblem } from './plugins/problems.ts';
import { addRequestLog } from './plugins/request-log.ts';
import { addRouteRules } from './plugins/route-rules.ts';
import { addTracing } from './plugins/tracing.ts';
import { addUnknownAddresses } from './plugins/unknown-addresses.ts';
import { RESOURCES, type ResourcePorts } from './resources.ts';
import { rootRoute } from './routes/health.ts';

const MAX_BODY_BYTES = 1_048_576;
const MAX_PARAM_LENGTH = 500;

export interface ApiOptions extends GuardOptions {
  readonly version: string;
  readonly log: FastifyBaseLogger;
  readonly loginLimits: LoginLimits;
  /** Addresses and networks of reverse proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
}

/** What the application works with; it makes the throttle of logins itself. */
export type ApiPorts = Omit<ResourcePorts, 'throttle'> & IdempotencyPorts & { readonly metrics: Metrics };

/** The HTTP application without a port: the servers listen, tests inject. */
export async function createApp(options: ApiOptions, ports: ApiPorts): Promise<ApiApp> {
  const app = newApp(options);
  addProblems(app);
  addRequestLog(app);
  addTracing(app);
  addMetrics(app, ports.metrics);
  addRouteRules(app);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    // A service on a plain port must not forbid plain ports to a whole host; behind TLS the proxy says so.
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
  });
  await app.register(cookie);
  await app.register(rateLimit, { global: false });
  addGuard(app, ports, options);
  addUnknownAddresses(app);
  addIdempotency(app, ports);
  addEtags(app);
  await addDocumentation(app, options.version);
  metricsRoute(app, ports.metrics);
  await rootRoute(app, ports);
  const resources = { ...ports, throttle: createLoginThrottle(options.loginLimits, ports.now) };
  await addVersion(app, '/api/v1', resources, true);
  await addVersion(app, '/api', resources, false);
  return app;
}

function newApp({ log, trustedProxies }: ApiOptions): ApiApp {
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // Ids of callers would let them write what they like into our log.
    genReqId: () => randomUUID(),
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  // JSON alone: a form of another site can send plain text without asking first.
  app.removeContentTypeParser('text/plain');
  return app;
}

/** All routes under one prefix; an alias stays out of the document. */
async function addVersion(app: ApiApp, prefix: string, ports: ResourcePorts, documented: boolean): Promise<void> {
  await app.register(
    async (scope) => {
      if (!documented) {
        scope.addHook('onRoute', (route) => {
          route.schema = { ...route.schema, hide: true };
        });
      }
      for (const addRoutes of RESOURCES) {
        await scope.register(async (part) => addRoutes(part.withTypeProvider<ZodTypeProvider>(), ports));
      }
    },
    { prefix },
  );
}
