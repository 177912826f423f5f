import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createReplayMarketData } from '../adapters/replay/market-data.ts';
import type { Config } from '../config.ts';
import { type ErrorCode, FoliosError } from '../contracts/errors.ts';
import { PROVIDER_NAMES } from '../domain/research/provider.ts';
import { startEmulators } from '../emulators/start.ts';
import type { TwsSimulator } from '../emulators/tws/simulator.ts';
import { codecEndpoint, startApiServer } from './api-server.ts';
import { postgresDataDir } from './database-url.ts';
import { findFreePort, requireFreePorts, type WantedPort } from './embedded/ports.ts';
import { endPostgresLeftover, startEmbeddedPostgres } from './embedded/postgres.ts';
import { adoptProcess, claimStateDirectory } from './embedded/processes.ts';
import { provisionTemporal, startEmbeddedTemporal } from './embedded/temporal.ts';
import { installTemporalRuntime } from './logging.ts';
import { openService, prepareService, type Service, startServiceWorkers } from './service.ts';
import { followMarketClock, startConfiguredTws } from './tws-simulator.ts';

export interface EmbeddedStack {
  readonly service: Service;
  /** Rejects when a part that should run has ended by itself. */
  readonly failed: Promise<never>;
  /** Stops everything in the order of its dependencies. */
  stop(): Promise<void>;
}

type Say = (line: string) => void;

/** What has been started so far: how to stop it, and word of a part that ended by itself. */
interface Started {
  readonly stops: (() => Promise<unknown>)[];
  /** Each rejects when its part has ended although nobody stopped it. */
  readonly ends: Promise<never>[];
  stopping: boolean;
}

/** Every part that the configuration does not place elsewhere, started here; says what it does and how long it took. */
export async function startEmbeddedStack(config: Config, say: Say, log: Logger): Promise<EmbeddedStack> {
  const started: Started = { stops: [], ends: [], stopping: false };
  const stop = () => stopAll(started);
  try {
    await mkdir(config.stateDir, { recursive: true });
    const claim = await claimStateDirectory(config.stateDir, say);
    started.stops.push(() => claim.release());
    if (config.databaseUrl === null) await endPostgresLeftover(postgresDataDir(config), say);
    await requireFreePorts(wantedPorts(config));
    const simulating = simulateTws(config, say, started, log);
    await allStarted([
      startDatabase(config, say, started, log),
      startTemporal(config, say, started),
      emulate(config, say, started),
      simulating,
    ]);

    const service = await openService(config);
    started.stops.push(() => service.close());
    const { strategies } = await timed(say, 'schema and strategy library', () => prepareService(config, service));
    say(`    ${strategies} strategies: npm run folios -- strategies`);
    const sdkMetrics = `127.0.0.1:${config.ports.metrics ?? (await findFreePort())}`;
    installTemporalRuntime(log, sdkMetrics);
    started.stops.push(followClock(await simulating, service, log));
    const workers = await timed(say, 'workers', () => startServiceWorkers(config, service, log));
    started.stops.push(() => workers.stop());
    watch(started, workers.done, 'INTERNAL', 'the workers', join(config.stateDir, 'logs/folios.log'));
    const api = await startApiServer(config, service, log, `http://${sdkMetrics}/metrics`);
    started.stops.push(() => api.close());
    const failed = Promise.race(started.ends);
    // Nobody may be waiting when it happens.
    failed.catch(() => undefined);
    return { service, failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for all, so that none is still starting when the failure of another stops what has been started. */
async function allStarted(parts: readonly Promise<unknown>[]): Promise<void> {
  const failure = (await Promise.allSettled(parts)).find((one) => one.status === 'rejected');
  if (failure) throw failure.reason;
}

/** In the order of dependencies, the last first. What does not stop must not keep the others from being stopped. */
async function stopAll(started: Started): Promise<void> {
  started.stopping = true;
  const failures: unknown[] = [];
  for (const one of started.stops.splice(0).reverse()) await one().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

/** Makes the end of a part that should run a failure of the stack. */
function watch(started: Started, end: Promise<unknown>, code: ErrorCode, what: string, log: string): void {
  const ended = end.then(
    () => null,
    (error: unknown) => error,
  );
  const failure = ended.then((cause): Promise<never> | never => {
    if (started.stopping) return new Promise(() => undefined);
    const reason = cause instanceof Error ? ` (${cause.message})` : '';
    throw new FoliosError(
      code,
      `${what} ended without being asked to${reason}, so folios stops. The end of ${log} may say why. ` +
        'Nothing that was done is lost: `npm start` goes on where it was.',
      { log },
      { cause },
    );
  });
  failure.catch(() => undefined);
  started.ends.push(failure);
}

/** The ports that this start will listen on. */
function wantedPorts(config: Config): WantedPort[] {
  const { ports, temporal, databaseUrl } = config;
  const emulators = emulatedProviders(config).map((provider) => ({
    port: ports.emulators[provider],
    purpose: `the ${provider} emulator`,
    variable: `FOLIOS_${provider.toUpperCase()}_EMULATOR_PORT`,
  }));
  return [
    { port: ports.api, purpose: 'the API', variable: 'FOLIOS_API_PORT' },
    ...(databaseUrl ? [] : [{ port: ports.postgres, purpose: 'PostgreSQL', variable: 'FOLIOS_POSTGRES_PORT' }]),
    ...(temporal.external
      ? []
      : [
          { port: ports.temporal, purpose: 'Temporal', variable: 'FOLIOS_TEMPORAL_PORT' },
          { port: ports.temporalUi, purpose: "Temporal's Web UI", variable: 'FOLIOS_TEMPORAL_UI_PORT' },
        ]),
    ...emulators,
    { port: ports.twsEmulator, purpose: 'the TWS simulator', variable: 'FOLIOS_TWS_EMULATOR_PORT' },
    { port: ports.twsControl, purpose: "the TWS simulator's control endpoint", variable: 'FOLIOS_TWS_CONTROL_PORT' },
  ];
}

async function startDatabase(config: Config, say: Say, started: Started, log: Logger): Promise<void> {
  if (config.databaseUrl) return say('  ✓ PostgreSQL from DATABASE_URL');
  const { ports, stateDir } = config;
  const server = await timed(say, `PostgreSQL on port ${ports.postgres}`, () =>
    startEmbeddedPostgres({
      dataDir: postgresDataDir(config),
      port: ports.postgres,
      log: (line) => log.info({ part: 'postgres' }, line),
    }),
  );
  started.stops.push(() => server.stop());
  const adopted = await adoptProcess(stateDir, { name: 'postgres', pid: server.pid, endSignal: 'SIGINT' });
  void server.exited.then(() => adopted.release());
  const what = `PostgreSQL (process ${server.pid})`;
  watch(started, server.exited, 'DATABASE_UNAVAILABLE', what, join(stateDir, 'logs/folios.log'));
}

async function startTemporal(config: Config, say: Say, started: Started): Promise<void> {
  if (config.temporal.external) return say('  ✓ Temporal from TEMPORAL_ADDRESS');
  const { ports, cacheDir, stateDir } = config;
  const executable = await provisionTemporal({ cacheDir, env: process.env, log: (line) => say(`    ${line}`) });
  const server = await timed(say, `Temporal on port ${ports.temporal}, Web UI on ${ports.temporalUi}`, () =>
    startEmbeddedTemporal({
      executable,
      port: ports.temporal,
      uiPort: ports.temporalUi,
      // Only where there is something to decode: without it the Web UI asks nobody.
      ...(config.encryptionKeys.length > 0 ? { uiCodecEndpoint: codecEndpoint(config) } : {}),
      dbFile: join(stateDir, 'temporal.db'),
      stateDir,
      namespace: config.temporal.namespace,
    }),
  );
  started.stops.push(() => server.stop());
  const what = `Temporal (process ${server.pid})`;
  watch(started, server.exited, 'TEMPORAL_UNAVAILABLE', what, join(stateDir, 'logs/temporal.log'));
}

function emulatedProviders(config: Config) {
  return PROVIDER_NAMES.filter((provider) => config.providers[provider].simulated);
}

async function emulate(config: Config, say: Say, started: Started): Promise<void> {
  const emulated = emulatedProviders(config);
  if (emulated.length === 0) return;
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
  started.stops.push(() => running.close());
}

async function simulateTws(config: Config, say: Say, started: Started, log: Logger): Promise<TwsSimulator> {
  const running = await timed(say, `TWS simulator on port ${config.ports.twsEmulator}`, () =>
    startConfiguredTws(config, (line) => log.info({ part: 'tws' }, line)),
  );
  started.stops.push(() => running.close());
  return running;
}

/** How to stop the simulator from following the clock, before the database goes. */
function followClock(tws: TwsSimulator, { services }: Service, log: Logger): () => Promise<void> {
  const today = () => services.marketClock.today('replay');
  const following = followMarketClock(tws, today, (line) => log.info({ part: 'tws' }, line));
  return () => following.stop();
}

async function timed<T>(say: Say, what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  say(`  ✓ ${what} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  return result;
}
