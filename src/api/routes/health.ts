import { healthSchema } from '../../contracts/schemas/api/health.ts';
import type { ApiApp } from '../api-app.ts';

const CHECK_TIMEOUT_MS = 3_000;

export interface HealthCheck {
  readonly name: string;
  /** Resolves to a short fact (a version, an address) or fails with the reason. */
  check(): Promise<string>;
}

export interface HealthOptions {
  readonly version: string;
  readonly checks: readonly HealthCheck[];
  /** What must hold besides before work is given to the service. */
  readonly readiness: readonly HealthCheck[];
  /** What is not real in this service, in sentences; empty if nothing. */
  readonly simulated: readonly string[];
  readonly links: Readonly<Record<string, string>>;
}

/** `GET /health` and `GET /ready`: every part with its state; 503 while one is down. */
export async function healthRoutes(app: ApiApp, { health: options }: { health: HealthOptions }): Promise<void> {
  app.get(
    '/health',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'readHealth',
        tags: ['service'],
        summary: 'Whether every part works',
        description: 'Answers without a credential. 503 while a part is down.',
        response: { 200: healthSchema, 503: healthSchema.describe('A part is down.') },
      },
    },
    async (_request, reply) => {
      const report = await examine(options, options.checks);
      return reply.code(report.status === 'healthy' ? 200 : 503).send(report);
    },
  );
  app.get(
    '/ready',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readReadiness',
        tags: ['service'],
        summary: 'Whether work may be given to the service',
        description:
          'Every part works, the database has this program’s schema, and workers ask for work; otherwise 503.',
        response: { 200: healthSchema, 503: healthSchema.describe('Work given now would lie there.') },
      },
    },
    async (_request, reply) => {
      const report = await examine(options, [...options.checks, ...options.readiness]);
      return reply.code(report.status === 'healthy' ? 200 : 503).send(report);
    },
  );
}

async function examine({ version, simulated }: HealthOptions, checks: readonly HealthCheck[]) {
  const parts = await Promise.all(checks.map(stateOf));
  return {
    status: parts.every((part) => part.healthy) ? ('healthy' as const) : ('unhealthy' as const),
    ...{ version, simulated: simulated.length > 0, simulatedParts: [...simulated], parts },
  };
}

/** `GET /`: where to go. Outside of every version. */
export async function rootRoute(app: ApiApp, { health: options }: { health: HealthOptions }): Promise<void> {
  app.get('/', { config: { access: 'read' }, schema: { hide: true } }, async () => ({
    name: 'folios',
    version: options.version,
    simulated: options.simulated.length > 0,
    links: { health: '/api/health', documentation: '/api/docs', ...options.links },
  }));
}

async function stateOf({ name, check }: HealthCheck) {
  try {
    return { name, healthy: true, detail: await withTimeout(check()) };
  } catch (error) {
    return { name, healthy: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

async function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
