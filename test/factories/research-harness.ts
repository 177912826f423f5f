import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { dropDatabase, ensureDatabase } from '../../db/create-database.ts';
import { migrateToLatest } from '../../db/migrator.ts';
import { createReplayMarketData } from '../../src/adapters/replay/market-data.ts';
import { parseStrategyFile } from '../../src/adapters/strategy-files/parse.ts';
import { createDataConverter } from '../../src/adapters/temporal/data-converter.ts';
import { ensureSearchAttributes } from '../../src/adapters/temporal/namespace.ts';
import { createFoliosClient } from '../../src/client/folios-client.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { type EmulatorOptions, startEmulators } from '../../src/emulators/start.ts';
import { createServices, type Services } from '../../src/main/services.ts';
import { temporalSettings } from '../../src/main/temporal-settings.ts';
import { type RunningWorkers, startWorkers } from '../../src/main/workers.ts';
import { buildWorkflowBundle } from '../../src/main/workflow-bundle.ts';
import { type ControlledEmulators, controlEmulators } from './emulator-control.ts';
import { environment } from './environment.ts';
import { quietTemporal } from './quiet-temporal.ts';
import { coverageBundleExtras, coverageSinks, reportWorkflowCoverage } from './workflow-coverage.ts';

export const ROOT = join(import.meta.dirname, '../..');

/** A whole research service of its own on the suite's servers: database, namespace, emulators, worker. */
export interface ResearchHarness {
  readonly config: Config;
  readonly services: Services;
  readonly client: Client;
  readonly folios: ReturnType<typeof createFoliosClient>;
  readonly emulators: ControlledEmulators;
  readonly namespace: string;
  readonly env: Readonly<Record<string, string>>;
  startWorkers(): Promise<RunningWorkers>;
  close(): Promise<void>;
}

export async function startResearchHarness(
  options: { latencyMs?: number; env?: Record<string, string>; worker?: boolean } & Partial<EmulatorOptions> = {},
): Promise<ResearchHarness> {
  quietTemporal();
  const stateDir = await mkdtemp(join(tmpdir(), 'folios-test-'));
  const replay = createReplayMarketData(join(ROOT, 'data'));
  const emulators = await startEmulators({
    ports: { openai: 0, anthropic: 0, gemini: 0 },
    seed: 'test',
    latencyMs: options.latencyMs ?? 300,
    directLatencyMs: options.directLatencyMs ?? 50,
    marketData: replay,
  });
  const namespace = `test-${randomUUID().slice(0, 8)}`;
  const url = new URL(environment('FOLIOS_TEST_DATABASE_URL'));
  url.pathname = `/${namespace.replace('-', '_')}`;
  const env = {
    FOLIOS_STATE_DIR: stateDir,
    DATABASE_URL: url.href,
    TEMPORAL_ADDRESS: environment('FOLIOS_TEST_TEMPORAL_ADDRESS'),
    TEMPORAL_NAMESPACE: namespace,
    FOLIOS_OPENAI_EMULATOR_PORT: new URL(emulators.urls.openai).port,
    FOLIOS_ANTHROPIC_EMULATOR_PORT: new URL(emulators.urls.anthropic).port,
    FOLIOS_GEMINI_EMULATOR_PORT: new URL(emulators.urls.gemini).port,
    FOLIOS_POLL_INTERVAL_MS: '100',
    FOLIOS_SUBMIT_QUIET_MS: '1500',
    FOLIOS_LOG_LEVEL: 'error',
    ...options.env,
  };
  const config = loadConfig(env, ROOT);
  await ensureDatabase(url.href);
  const db = openDatabase(url.href);
  await migrateToLatest(db);
  const services = createServices(config, db);
  await services.marketClockRepository.advance(config.replayStart);
  await loadLibrary(services);

  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS });
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  await ensureSearchAttributes(connection, namespace);
  const dataConverter = createDataConverter(temporalSettings(config).encryptionKeys);
  const encrypted = dataConverter ? { dataConverter } : {};
  const client = new Client({ connection, namespace, ...encrypted });
  const native = await NativeConnection.connect({ address: env.TEMPORAL_ADDRESS });
  const running: RunningWorkers[] = [];
  const start = async () => {
    const workflowBundle = await buildWorkflowBundle(ROOT, {
      ...coverageBundleExtras(join(ROOT, 'workflows/index.ts')),
      ...(dataConverter ? { failureConverterPath: dataConverter.failureConverterPath as string } : {}),
    });
    const workers = await startWorkers(config, services, {
      connection: native,
      namespace,
      workflowBundle,
      ...encrypted,
      ...coverageSinks(workflowBundle),
    });
    running.push(workers);
    return workers;
  };
  if (options.worker ?? true) await start();

  return {
    config,
    services,
    client,
    folios: createFoliosClient(client),
    emulators: controlEmulators(emulators),
    namespace,
    env,
    startWorkers: start,
    async close() {
      for (const workers of running) await workers.stop();
      reportWorkflowCoverage();
      await services.ibkrData.close();
      await native.close();
      await connection.close();
      await closeDatabase(db);
      await dropDatabase(url.href);
      await emulators.close();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

async function loadLibrary(services: Services): Promise<void> {
  const directory = join(ROOT, 'strategies');
  for (const name of await readdir(directory)) {
    const text = await readFile(join(directory, name), 'utf8');
    await services.strategies.save(parseStrategyFile(text, name, services.templates));
  }
}
