import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { createApp } from '../api/app.ts';
import type { Config } from '../config.ts';
import { portInUse } from './embedded/ports.ts';
import type { Service } from './service.ts';
import { simulatedParts } from './simulated.ts';

/** Starts the HTTP server of a service. PORT_IN_USE names the port and its variable. */
export async function startApiServer(config: Config, service: Service): Promise<FastifyInstance> {
  const { version } = JSON.parse(readFileSync(join(config.root, 'package.json'), 'utf8')) as { version: string };
  const { services, temporal } = service;
  const app = createApp({
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
  });
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
