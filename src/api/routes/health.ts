import type { FastifyInstance } from 'fastify';

const CHECK_TIMEOUT_MS = 3_000;

export interface HealthCheck {
  readonly name: string;
  /** Resolves to a short fact (a version, an address) or fails with the reason. */
  check(): Promise<string>;
}

export interface HealthOptions {
  readonly version: string;
  readonly checks: readonly HealthCheck[];
  /** What is not real in this service, in sentences; empty if nothing. */
  readonly simulated: readonly string[];
  readonly links: Readonly<Record<string, string>>;
}

/** `GET /api/health`: every part with its state; 503 while one is down. `GET /`: where to go. */
export async function healthRoutes(app: FastifyInstance, options: HealthOptions): Promise<void> {
  app.get('/', async () => ({
    name: 'folios',
    version: options.version,
    simulated: options.simulated.length > 0,
    links: { health: '/api/health', ...options.links },
  }));

  app.get('/api/health', async (_request, reply) => {
    const parts = await Promise.all(
      options.checks.map(async ({ name, check }) => {
        try {
          return { name, healthy: true, detail: await withTimeout(check()) };
        } catch (error) {
          return { name, healthy: false, detail: error instanceof Error ? error.message : String(error) };
        }
      }),
    );
    const healthy = parts.every((part) => part.healthy);
    return reply.code(healthy ? 200 : 503).send({
      status: healthy ? 'healthy' : 'unhealthy',
      version: options.version,
      simulated: options.simulated.length > 0,
      simulatedParts: options.simulated,
      parts,
    });
  });
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
