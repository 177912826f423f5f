import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { ensureDatabase } from '../../db/create-database.ts';
import { createFoliosClient, type FoliosClient } from '../../src/client/folios-client.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { findFreePort } from '../../src/main/embedded/ports.ts';
import { createLog } from '../../src/main/logging.ts';
import { openService, prepareService, type Service, startServiceWorkers } from '../../src/main/service.ts';
import { Cleanup } from './cleanup.ts';
import { type BenchEmulators, startEmulatorProcess } from './emulators.ts';
import type { Servers } from './servers.ts';

export const ROOT = join(import.meta.dirname, '../..');

/** The whole service for one group of figures, with a database, a namespace and emulators that no other group touches. */
export interface Stand {
  readonly config: Config;
  /** The environment that the configuration came from, for child processes. */
  readonly env: Readonly<Record<string, string>>;
  readonly service: Service;
  readonly folios: FoliosClient;
  readonly emulators: BenchEmulators;
  /** The product's workers, in this process as `npm start` has them. */
  startWorkers(): Promise<void>;
  /** Another namespace of the same server, for what is measured against. */
  createNamespace(): Promise<string>;
  close(): Promise<void>;
}

/** `latencyMs` is how long a batch takes; `settings` are further variables of the configuration. */
export async function openStand(
  servers: Servers,
  latencyMs: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<Stand> {
  const cleanup = new Cleanup();
  try {
    const name = `bench_${randomUUID().slice(0, 8)}`;
    const database = new URL(servers.databaseUrl);
    database.pathname = `/${name}`;
    await ensureDatabase(database.href);
    await registerNamespace(servers, name);
    const env = {
      FOLIOS_STATE_DIR: join(servers.stateDir, name),
      DATABASE_URL: database.href,
      TEMPORAL_ADDRESS: servers.temporalAddress,
      TEMPORAL_NAMESPACE: name,
      FOLIOS_OPENAI_EMULATOR_PORT: String(await findFreePort()),
      FOLIOS_ANTHROPIC_EMULATOR_PORT: String(await findFreePort()),
      FOLIOS_GEMINI_EMULATOR_PORT: String(await findFreePort()),
      FOLIOS_TWS_EMULATOR_PORT: String(await findFreePort()),
      FOLIOS_TWS_CONTROL_PORT: String(await findFreePort()),
      FOLIOS_EMULATOR_LATENCY_MS: String(latencyMs),
      FOLIOS_LOG_LEVEL: 'error',
      ...settings,
    };
    const config = loadConfig(env, ROOT);
    await mkdir(config.stateDir, { recursive: true });
    const emulators = await startEmulatorProcess(config, env);
    cleanup.add(() => emulators.stop());
    const service = await openService(config);
    cleanup.add(() => service.close());
    await prepareService(config, service);
    return {
      config,
      env,
      service,
      folios: createFoliosClient(service.temporal.client),
      emulators,
      async startWorkers() {
        const workers = await startServiceWorkers(config, service, createLog('error', null));
        cleanup.add(() => workers.stop());
      },
      async createNamespace() {
        const reference = `${name}_reference`;
        await registerNamespace(servers, reference);
        return reference;
      },
      close: () => cleanup.run(),
    };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function registerNamespace({ temporalAddress }: Servers, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
  } finally {
    await connection.close();
  }
}
