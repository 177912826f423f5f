import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { withFileLock } from '../../../scripts/file-lock.js';
import { FoliosError } from '../../contracts/errors.ts';
import { portInUse, requireFreePort } from './ports.ts';
import { adoptProcess } from './processes.ts';
import { findOnPath, isExecutable, obtainTemporal, TEMPORAL_VERSION } from './temporal-program.ts';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
const LOG_LIMIT_BYTES = 20_000_000;

export interface TemporalProvision {
  readonly cacheDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
}

/**
 * The Temporal server program: on the PATH, in our cache, downloaded by the SDK, or built with Go into the cache.
 * TEMPORAL_UNAVAILABLE says what was tried and the ways out.
 */
export async function provisionTemporal({ cacheDir, env, log }: TemporalProvision): Promise<string> {
  const onPath = await findOnPath('temporal', env);
  if (onPath !== null) return onPath;
  const cached = join(cacheDir, `temporal-${TEMPORAL_VERSION}`);
  if (await isExecutable(cached)) return cached;
  try {
    await mkdir(cacheDir, { recursive: true });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new FoliosError('TEMPORAL_UNAVAILABLE', `the cache cannot be written (${reason}); set FOLIOS_CACHE_DIR`, {
      cacheDir,
    });
  }
  return await withFileLock(
    `${cached}.lock`,
    async () => ((await isExecutable(cached)) ? cached : await obtainTemporal(cached, env, log)),
    () => log('another folios command is fetching the Temporal server; waiting for it'),
  );
}

export interface EmbeddedTemporal {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  readonly pid: number;
  /** Resolves when the server has ended, by `stop()` or by itself. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

export interface EmbeddedTemporalOptions {
  readonly executable: string;
  readonly port: number;
  /** Null leaves the Web UI away. */
  readonly uiPort: number | null;
  /** Where the Web UI has payloads decoded: `http://127.0.0.1:5001/api/codec`. */
  readonly uiCodecEndpoint?: string;
  /** Null keeps everything in memory. */
  readonly dbFile: string | null;
  /** Gets the run record and `logs/temporal.log`. */
  readonly stateDir: string;
  readonly namespace?: string;
  readonly log?: (line: string) => void;
}

/**
 * Starts Temporal's development server on loopback and answers when it serves its namespace. PORT_IN_USE names port and
 * variable; TEMPORAL_UNAVAILABLE shows the end of its log. It ends with this process, however that ends.
 */
export async function startEmbeddedTemporal(options: EmbeddedTemporalOptions): Promise<EmbeddedTemporal> {
  const { port, uiPort, stateDir, namespace = 'default', log = () => undefined } = options;
  await requireFreePort(port, 'Temporal', 'FOLIOS_TEMPORAL_PORT');
  if (uiPort !== null) await requireFreePort(uiPort, "Temporal's Web UI", 'FOLIOS_TEMPORAL_UI_PORT');
  const logFile = join(stateDir, 'logs/temporal.log');
  const server = await spawnServer(options, namespace, logFile);
  const adopted = await adoptProcess(stateDir, { name: 'temporal', pid: server.pid, endSignal: 'SIGTERM' });
  void server.exited.then(() => adopted.release());
  const address = `127.0.0.1:${port}`;
  try {
    await waitUntilServing(address, namespace, server.exited);
  } catch (error) {
    await stopServer(server);
    throw await startFailure(error, logFile, options);
  }
  log(`Temporal serves on ${address} (process ${server.pid})`);
  let stopping: Promise<void> | undefined;
  return {
    address,
    pid: server.pid,
    exited: server.exited,
    stop: () => {
      stopping ??= stopServer(server).then(() => adopted.release());
      return stopping;
    },
  };
}

/** Each measured: see docs/ARCHITECTURE.md. Small installations wait for queues, not for work, with the defaults. */
const TUNING = [
  ...['history.transferProcessorMaxPollRPS=2000', 'matching.numTaskqueueReadPartitions=1'],
  'matching.numTaskqueueWritePartitions=1',
].flatMap((setting) => ['--dynamic-config-value', setting]);
/** A write-ahead log, synchronised at every commit: an acknowledged step survives a power cut. */
const DURABILITY = ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=2'];

interface ServerProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly exited: Promise<void>;
}

async function spawnServer(
  { executable, port, uiPort, uiCodecEndpoint, dbFile }: EmbeddedTemporalOptions,
  namespace: string,
  logFile: string,
): Promise<ServerProcess> {
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--namespace', namespace];
  args.push('--log-level', 'warn', ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]), ...TUNING);
  if (uiPort !== null && uiCodecEndpoint !== undefined) args.push('--ui-codec-endpoint', uiCodecEndpoint);
  if (dbFile !== null) {
    await mkdir(dirname(dbFile), { recursive: true });
    args.push('--db-filename', dbFile, ...DURABILITY);
  }
  // Written by the server itself: a pipe to us would break its output when we are killed.
  const output = await openLog(logFile);
  const child = spawn(executable, args, {
    stdio: ['ignore', output.fd, output.fd],
    // A session of its own: Ctrl-C in the terminal must reach only us, who stop Temporal after the workers.
    detached: true,
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  await output.close();
  child.unref();
  if (child.pid === undefined) {
    throw new FoliosError('TEMPORAL_UNAVAILABLE', `${executable} cannot be executed; remove it or repair it`, {
      executable,
    });
  }
  return { child, pid: child.pid, exited };
}

async function openLog(logFile: string) {
  await mkdir(dirname(logFile), { recursive: true });
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(logFile, `${logFile}.old`);
  return await open(logFile, 'a');
}

async function waitUntilServing(address: string, namespace: string, exited: Promise<void>): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  const connection = Connection.lazy({ address });
  try {
    for (;;) {
      try {
        await connection.withDeadline(Date.now() + 2_000, () =>
          connection.workflowService.describeNamespace({ namespace }),
        );
        return;
      } catch (error) {
        if (ended) throw new Error('it ended at once', { cause: error });
        if (performance.now() > deadline) throw new Error(`it did not serve within ${START_TIMEOUT_MS / 1000} s`);
      }
      await Promise.race([sleep(100), exited]);
    }
  } finally {
    await connection.close();
  }
}

async function startFailure(error: unknown, logFile: string, options: EmbeddedTemporalOptions): Promise<FoliosError> {
  const tail = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').slice(-8).join('\n');
  if (/address already in use/i.test(tail)) return portInUse(options.port, 'Temporal', 'FOLIOS_TEMPORAL_PORT');
  return new FoliosError(
    'TEMPORAL_UNAVAILABLE',
    `the embedded Temporal server did not start: ${(error as Error).message}. The end of ${logFile}:\n${tail}`,
    { logFile },
  );
}

async function stopServer({ child, exited }: ServerProcess): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const timeout = new AbortController();
    const waiting = sleep(STOP_TIMEOUT_MS, false, { signal: timeout.signal }).catch(() => false);
    const gone = await Promise.race([exited.then(() => true), waiting]);
    timeout.abort();
    if (gone) return;
  }
}
