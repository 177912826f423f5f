import { sql } from 'kysely';
import type { Logger } from 'pino';
import { createServiceFigures } from '../../db/repositories/service-figures.ts';
import { createPrometheusMetrics } from '../adapters/metrics/prometheus.ts';
import { createRemoteCodec } from '../adapters/temporal/remote-codec.ts';
import type { ApiApp } from '../api/api-app.ts';
import { createApp } from '../api/app.ts';
import { LOGIN_LIMITS } from '../api/auth/login-throttle.ts';
import { isLoopbackHost } from '../api/auth/same-origin.ts';
import type { HealthOptions } from '../api/routes/health.ts';
import type { Config } from '../config.ts';
import { portInUse } from './embedded/ports.ts';
import { createLineage } from './lineage.ts';
import { readinessChecks } from './readiness.ts';
import { createSchedules, withSchedules } from './schedules.ts';
import type { Service } from './service.ts';
import { simulatedParts } from './simulated.ts';
import { temporalSettings } from './temporal-settings.ts';
import { tradingPorts } from './trading-ports.ts';
import { foliosVersion } from './version.ts';

/**
 * Starts the HTTP server of a service; `sdkMetricsUrl` is where the workers of this process show the Temporal SDK's figures.
 * PORT_IN_USE names the port and its variable.
 */
export async function startApiServer(
  config: Config,
  service: Service,
  log: Logger,
  sdkMetricsUrl: string | null = null,
): Promise<ApiApp> {
  const { services, temporal } = service;
  const schedules = createSchedules(config, services, temporal.client);
  const version = foliosVersion(config.root);
  const trading = tradingPorts(config, service, log);
  const app = await createApp(
    {
      version,
      log: log.child({ part: 'api' }),
      requestsPerMinute: config.api.requestsPerMinute,
      loginLimits: LOGIN_LIMITS,
      trustedProxies: config.api.trustedProxies,
    },
    {
      ...services,
      ...trading,
      strategies: withSchedules(services.strategies, schedules),
      schedules,
      lineage: createLineage(services.db, services.artifacts, temporal.client),
      codec: createRemoteCodec(temporal.namespace, temporalSettings(config).encryptionKeys),
      codecOrigins: webUiOrigins(config),
      metrics: createPrometheusMetrics({
        ...{ figures: createServiceFigures(services.db), clock: services.clock, sdkUrl: sdkMetricsUrl },
      }),
      now: () => services.clock.now(),
      onLoopback: isLoopbackHost(config.host),
      sessionTimes: { idleMs: config.api.sessionIdleMs, maxMs: config.api.sessionMaxMs },
      setupToken: config.api.setupToken?.reveal() ?? null,
      health: healthOptions(config, service, version),
    },
  );
  // Streams of events have no end of their own: a server that closes would wait for them.
  app.addHook('preClose', async () => trading.changes.close());
  try {
    await app.listen({ host: config.host, port: config.ports.api });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      throw portInUse(config.ports.api, 'the API', 'FOLIOS_API_PORT');
    }
    throw error;
  }
  return app;
}

/** Where Temporal's Web UI and command line have payloads decoded. */
export function codecEndpoint({ ports }: Config): string {
  return `http://127.0.0.1:${ports.api}/api/codec`;
}

/** The embedded Web UI by both names of this machine; another one is named by the operator. */
function webUiOrigins({ temporal, ports, api }: Config): readonly string[] {
  if (api.codecOrigins !== null) return api.codecOrigins;
  if (temporal.external) return [];
  return ['127.0.0.1', 'localhost'].map((host) => `http://${host}:${ports.temporalUi}`);
}

function healthOptions(config: Config, service: Service, version: string): HealthOptions {
  const { services, temporal } = service;
  return {
    readiness: readinessChecks(service),
    version,
    simulated: simulatedParts(config),
    links: config.temporal.external ? {} : { temporal: `http://127.0.0.1:${config.ports.temporalUi}` },
    checks: [
      {
        name: 'database',
        check: async () => {
          const { rows } = await sql<{ version: string }>`show server_version`.execute(services.db);
          return `PostgreSQL ${Object.values(rows[0] ?? {})[0]}`;
        },
      },
      {
        name: 'temporal',
        check: async () => {
          const { serverVersion } = await temporal.client.workflowService.getSystemInfo({});
          return `Temporal ${serverVersion} at ${temporal.address}, namespace ${temporal.namespace}`;
        },
      },
      {
        name: 'artifacts',
        check: async () => {
          await services.artifacts.check();
          return `${config.artifactStore.kind} store takes writes`;
        },
      },
    ],
  };
}
