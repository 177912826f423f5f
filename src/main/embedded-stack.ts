import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createReplayMarketData } from '../adapters/replay/market-data.ts';
import type { Config } from '../config.ts';
import { PROVIDER_NAMES } from '../domain/research/provider.ts';
import { startEmulators } from '../emulators/start.ts';
import { startApiServer } from './api-server.ts';
import { postgresDataDir } from './database-url.ts';
import { requireFreePort } from './embedded/ports.ts';
import { startEmbeddedPostgres } from './embedded/postgres.ts';
import { claimStateDirectory } from './embedded/processes.ts';
import { provisionTemporal, startEmbeddedTemporal } from './embedded/temporal.ts';
import { openService, prepareService, type Service, startServiceWorkers } from './service.ts';

export interface EmbeddedStack {
  readonly service: Service;
  /** Rejects when a part that should run has ended by itself. */
  readonly failed: Promise<never>;
  /** Stops everything in the order of its dependencies. */
  stop(): Promise<void>;
}

type Say = (line: string) => void;
type Stop = () => Promise<unknown>;

/** Every part that the configuration does not place elsewhere, started here; says what it does and how long it took. */
export async function startEmbeddedStack(config: Config, say: Say): Promise<EmbeddedStack> {
  const stops: Stop[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    await mkdir(config.stateDir, { recursive: true });
    const claim = await claimStateDirectory(config.stateDir, say);
    stops.push(() => claim.release());
    await Promise.all([
      startDatabase(config, say, stops),
      startTemporal(config, say, stops),
      emulate(config, say, stops),
    ]);

    const service = await openService(config);
    stops.push(() => service.close());
    const { strategies } = await timed(say, 'schema and strategy library', () => prepareService(config, service));
    say(`    ${strategies} strategies: npm run folios -- strategies`);
    const workers = await timed(say, 'workers', () => startServiceWorkers(config, service));
    stops.push(() => workers.stop());
    const api = await startApiServer(config, service);
    stops.push(() => api.close());
    const failed = workers.done.then(() => {
      throw new Error('the workers stopped by themselves; see .folios/logs/folios.log');
    });
    // Nobody may be waiting when it happens, and stopping on purpose ends the workers too.
    failed.catch(() => undefined);
    return { service, failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startDatabase(config: Config, say: Say, stops: Stop[]): Promise<void> {
  if (config.databaseUrl) return say('  ✓ PostgreSQL from DATABASE_URL');
  const server = await timed(say, `PostgreSQL on port ${config.ports.postgres}`, () =>
    startEmbeddedPostgres({ dataDir: postgresDataDir(config), port: config.ports.postgres }),
  );
  stops.push(() => server.stop());
}

async function startTemporal(config: Config, say: Say, stops: Stop[]): Promise<void> {
  if (config.temporal.external) return say('  ✓ Temporal from TEMPORAL_ADDRESS');
  const { ports, cacheDir, stateDir } = config;
  const executable = await provisionTemporal({ cacheDir, env: process.env, log: (line) => say(`    ${line}`) });
  const server = await timed(say, `Temporal on port ${ports.temporal}, Web UI on ${ports.temporalUi}`, () =>
    startEmbeddedTemporal({
      executable,
      port: ports.temporal,
      uiPort: ports.temporalUi,
      dbFile: join(stateDir, 'temporal.db'),
      stateDir,
      namespace: config.temporal.namespace,
    }),
  );
  stops.push(() => server.stop());
}

async function emulate(config: Config, say: Say, stops: Stop[]): Promise<void> {
  const emulated = PROVIDER_NAMES.filter((provider) => config.providers[provider].simulated);
  if (emulated.length === 0) return;
  for (const provider of emulated) {
    const variable = `FOLIOS_${provider.toUpperCase()}_EMULATOR_PORT`;
    await requireFreePort(config.ports.emulators[provider], `the ${provider} emulator`, variable);
  }
  const running = await timed(say, `emulators of ${emulated.join(', ')}`, () =>
    startEmulators({
      host: config.host,
      ports: config.ports.emulators,
      seed: String(config.emulators.seed),
      latencyMs: config.emulators.latencyMs,
      marketData: createReplayMarketData(join(config.root, 'data')),
      stateDir: join(config.stateDir, 'emulators'),
    }),
  );
  stops.push(() => running.close());
}

async function timed<T>(say: Say, what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  say(`  ✓ ${what} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  return result;
}
