import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import pino from 'pino';
import { createApiTokens } from '../../db/repositories/api-tokens.ts';
import { createIdempotencyKeys } from '../../db/repositories/idempotency.ts';
import { createOwnership } from '../../db/repositories/ownership.ts';
import { createServiceFigures } from '../../db/repositories/service-figures.ts';
import { createUserSessions } from '../../db/repositories/user-sessions.ts';
import { createUsers } from '../../db/repositories/users.ts';
import { createCredentials } from '../../src/adapters/credentials/credentials.ts';
import { createPrometheusMetrics } from '../../src/adapters/metrics/prometheus.ts';
import type { ApiApp } from '../../src/api/api-app.ts';
import { type ApiOptions, type ApiPorts, createApp } from '../../src/api/app.ts';
import { LOGIN_LIMITS } from '../../src/api/auth/login-throttle.ts';
import type { Role, Scope } from '../../src/domain/access/principal.ts';
import { scopesOf } from '../../src/domain/access/principal.ts';
import type { User } from '../../src/ports/users.ts';
import { createTestDatabase, type TestDatabase } from '../integration/postgres.ts';

/** Cheap, so that suites are quick; the product's are sound. */
export const TEST_CREDENTIALS = createCredentials({ memoryCost: 64, timeCost: 1 });
export const PASSWORD = 'correct horse battery';
const LOOPBACK = { host: '127.0.0.1:5001' };

export interface StandOptions extends Partial<ApiOptions> {
  /** Ports of the routes under test, and whatever else should differ. */
  readonly ports?: Partial<ApiPorts>;
  /** Routes of the test's own, added before the application is ready. */
  readonly extend?: (app: ApiApp) => Promise<void>;
}

/** Somebody with a token of all their scopes. */
export interface Caller {
  readonly user: User;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ApiStand {
  readonly app: ApiApp;
  readonly database: TestDatabase;
  readonly ports: ApiPorts;
  /** What the application takes for now; tests move it. */
  readonly clock: { now: Date };
  /** What was logged, as JSON lines. */
  readonly logged: string[];
  addUser(name: string, role: Role): Promise<Caller>;
  tokenOf(user: User, scopes: readonly Scope[], expiresAt?: Date | null): Promise<string>;
  call(request: InjectOptions, caller?: Pick<Caller, 'headers'> | null): Promise<LightMyRequestResponse>;
  /** The application as a new process would have it, over the same database. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** The whole application over a database of its own, without a port. Ports that a test does not give fail when they are used. */
export async function startApi({ ports: given = {}, extend, ...options }: StandOptions = {}): Promise<ApiStand> {
  const database = await createTestDatabase();
  const { db } = database;
  const clock = { now: new Date('2026-11-22T12:00:00.000Z') };
  const logged: string[] = [];
  const ports = {
    users: createUsers(db),
    sessions: createUserSessions(db),
    tokens: createApiTokens(db),
    ownership: createOwnership(db),
    idempotency: createIdempotencyKeys(db),
    credentials: TEST_CREDENTIALS,
    now: () => clock.now,
    onLoopback: true,
    sessionTimes: { idleMs: 3_600_000, maxMs: 86_400_000 },
    setupToken: null,
    health: { version: '0.0.0', checks: [], readiness: [], simulated: [], links: {} },
    metrics: createPrometheusMetrics({
      ...{ figures: createServiceFigures(db), clock: { now: () => clock.now }, sdkUrl: null },
    }),
    ...given,
  } as ApiPorts;
  const apiOptions: ApiOptions = {
    version: '0.0.0',
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
    requestsPerMinute: 1_000_000,
    loginLimits: LOGIN_LIMITS,
    trustedProxies: [],
    ...options,
  };
  let app = await build(apiOptions, ports, extend).catch(async (error: unknown) => {
    await database.drop();
    throw error;
  });
  let tokens = 0;
  const tokenOf = async (user: User, scopes: readonly Scope[], expiresAt: Date | null = null) => {
    const text = `fol_${ports.credentials.newSecret()}`;
    tokens += 1;
    const secretSha256 = ports.credentials.digest(text);
    const token = { userId: user.userId, name: `token ${tokens}`, hint: 'fol_', secretSha256, scopes, expiresAt };
    await ports.tokens.add(token, clock.now);
    return text;
  };
  return {
    ...{ database, ports, clock, logged, tokenOf },
    get app() {
      return app;
    },
    async restart() {
      await app.close();
      app = await build(apiOptions, ports, extend);
    },
    async addUser(name, role) {
      const passwordHash = await ports.credentials.hashPassword(PASSWORD);
      const user = await ports.users.add({ name, role, passwordHash }, clock.now);
      return { user, headers: { authorization: `Bearer ${await tokenOf(user, scopesOf(role))}` } };
    },
    call: (request, caller = null) =>
      app.inject({ ...request, headers: { ...LOOPBACK, ...caller?.headers, ...request.headers } }),
    async close() {
      await app.close();
      await database.drop();
    },
  };
}

async function build(options: ApiOptions, ports: ApiPorts, extend: StandOptions['extend']): Promise<ApiApp> {
  const app = await createApp(options, ports);
  try {
    await extend?.(app);
    await app.ready();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}
