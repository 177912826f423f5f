import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { migrateToLatest } from '../../db/migrator.ts';
import { parseStrategyFile } from '../adapters/strategy-files/parse.ts';
import { ensureSearchAttributes } from '../adapters/temporal/namespace.ts';
import type { Config } from '../config.ts';
import { startAlertDispatcher } from './alert-dispatcher.ts';
import { createFailedRunWatch } from './failed-runs.ts';
import { type Links, openLinks } from './links.ts';
import { createSchedules, ensureSchedules, syncSchedules } from './schedules.ts';
import { createServices, type Services } from './services.ts';
import { startDesks } from './start-desks.ts';
import { foliosVersion } from './version.ts';
import { type RunningWorkers, startWorkers } from './workers.ts';
import { buildWorkflowBundle } from './workflow-bundle.ts';

/** Everything wired to a connected database and Temporal. */
export interface Service extends Links {
  readonly services: Services;
}

export async function openService(config: Config): Promise<Service> {
  const tracing = await traceTo(config);
  const links = await openLinks(config, tracing ? [tracing.plugin] : []);
  const services = createServices(config, links.db);
  return {
    ...links,
    services,
    async close() {
      await services.ibkrData.close();
      await links.close();
      await tracing?.close();
    },
  };
}

/** Loaded only where somebody listens: a process that does not trace has nothing of it. */
async function traceTo({ tracing, root }: Config) {
  if (tracing === null) return null;
  const { startTracing } = await import('../adapters/telemetry/tracing.ts');
  return startTracing({ ...tracing, headers: tracing.headers.reveal(), version: foliosVersion(root) });
}

/** Brings schema, market clock, library, search attributes and schedules up to date. Idempotent, safe side by side. */
export async function prepareService(config: Config, { services, temporal }: Service): Promise<{ strategies: number }> {
  await migrateToLatest(services.db);
  if ((await services.marketClockRepository.get()) === null) {
    await services.marketClockRepository.advance(config.replayStart);
  }
  const [strategies] = await Promise.all([
    loadLibrary(config, services),
    ensureSearchAttributes(temporal.connection, temporal.namespace),
  ]);
  await ensureSchedules(temporal.client, config);
  await syncSchedules(services.strategies, createSchedules(config, services, temporal.client));
  return { strategies };
}

/** Bundles the workflows and starts a worker for every queue, and the desks of trading accounts. */
export async function startServiceWorkers(
  config: Config,
  { services, temporal }: Service,
  log: Logger,
): Promise<RunningWorkers> {
  const { dataConverter, namespace, plugins } = temporal;
  const failureConverterPath = dataConverter?.failureConverterPath;
  const workflowBundle = await buildWorkflowBundle(config.root, {
    ...(failureConverterPath ? { failureConverterPath } : {}),
    plugins: [...plugins],
  });
  const connection = await temporal.native();
  const shared = { connection, namespace, plugins, ...(dataConverter ? { dataConverter } : {}) };
  const workers = await startWorkers(config, services, { ...shared, workflowBundle });
  const desks = startDesks(config, services, { ...shared, client: temporal.client }, log);
  const { deliveries, alerts, clock, ownership } = services;
  const dispatcher = startAlertDispatcher({
    ...{ deliveries, clock, log, client: temporal.client },
    ownedBy: async (ownerId) => ({
      strategies: await ownership.strategyIdsOf(ownerId),
      accounts: await ownership.accountIdsOf(ownerId),
    }),
    watch: createFailedRunWatch({ client: temporal.client, alerts, clock }),
  });
  return {
    done: workers.done,
    async stop() {
      await Promise.all([workers.stop(), desks.stop(), dispatcher.stop()]);
    },
  };
}

/** Stores the strategies that come with folios; a new version only where a file has changed. */
async function loadLibrary(config: Config, services: Services): Promise<number> {
  const directory = join(config.root, 'strategies');
  const names = (await readdir(directory)).filter((name) => name.endsWith('.yaml'));
  for (const name of names) {
    const text = await readFile(join(directory, name), 'utf8');
    await services.strategies.save(parseStrategyFile(text, name, services.templates));
  }
  return names.length;
}
