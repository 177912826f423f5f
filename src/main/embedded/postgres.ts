import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureDatabase } from '../../../db/create-database.ts';
import { errorCodeOf, FoliosError } from '../../contracts/errors.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { prepareCluster } from './postgres-cluster.ts';
import { clearLeftover } from './postgres-leftover.ts';
import { embeddedPostgresUrl, socketFolder } from './postgres-url.ts';
import { processStartedAt } from './process-identity.ts';
import { findServerAccount, type Launch, prepareLaunch } from './server-account.ts';

const PORT_VARIABLE = 'FOLIOS_POSTGRES_PORT';
/** Replaying the write-ahead log after a power cut comes before the first connection, so this is generous. */
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
const LOG_LINES_KEPT = 30;

export interface EmbeddedPostgres {
  readonly url: string;
  readonly pid: number;
  /** Resolves when the server has ended, by `stop()` or by itself. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

interface ServerProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly exited: Promise<void>;
  readonly recentLines: string[];
}

/**
 * Starts the bundled PostgreSQL on 127.0.0.1 with its data under `dataDir` (created the first time) and a database
 * `folios`. Port 0 takes a free one. It is reached by a Unix socket in the data directory and by TCP on loopback, both with a
 * generated password (kept beside the data directory in `postgres.json`, mode 600). A server that a killed parent left
 * behind is shut down first. Fails with PORT_IN_USE, STATE_IN_USE (another living process owns the data) or
 * DATABASE_UNAVAILABLE. The caller must `stop()` it; no exit handler does, and it does not keep the process alive.
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  port: number;
  log?: (line: string) => void;
}): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => undefined);
  const dataDir = path.resolve(options.dataDir);
  const stateFile = stateFileOf(dataDir);
  await clearLeftover(dataDir, stateFile, log);
  const port = await claimPort(options.port);
  const account = await findServerAccount(dataDir);
  const binaries = await postgresBinaries(account, log);
  const launch = await prepareLaunch(account, dataDir, log);
  const password = await prepareCluster({ dataDir, stateFile, binaries, account, launch, log });
  const server = spawnServer(launch, binaries.postgres, dataDir, port, log);
  try {
    await recordOwner(stateFile, server.pid);
    await waitUntilReady(embeddedPostgresUrl(dataDir, port, password), server, port);
  } catch (error) {
    await stopServer(server);
    throw error;
  }
  let stopping: Promise<void> | undefined;
  return {
    url: embeddedPostgresUrl(dataDir, port, password),
    pid: server.pid,
    exited: server.exited,
    stop: () => {
      stopping ??= stopServer(server);
      return stopping;
    },
  };
}

/** Shuts down a server that a killed parent left on `dataDir`; STATE_IN_USE while its parent lives. */
export async function endPostgresLeftover(dataDir: string, log: (line: string) => void): Promise<void> {
  await clearLeftover(dataDir, stateFileOf(dataDir), log);
}

function stateFileOf(dataDir: string): string {
  return path.join(path.dirname(dataDir), 'postgres.json');
}

function portInUse(port: number): FoliosError {
  return new FoliosError(
    'PORT_IN_USE',
    `port ${port} for PostgreSQL is taken by another program; free it or set ${PORT_VARIABLE}`,
    { port, variable: PORT_VARIABLE },
  );
}

/** Binds the port for a moment: a clear error now is better than the server's own one after initdb. */
async function claimPort(wanted: number): Promise<number> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen({ host: '127.0.0.1', port: wanted, exclusive: true }, resolve);
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') throw portInUse(wanted);
    const reason = code === 'EACCES' ? 'needs privileges' : 'cannot be used';
    throw new FoliosError('CONFIG_INVALID', `port ${wanted} for PostgreSQL ${reason}; set ${PORT_VARIABLE}`, {
      port: wanted,
      variable: PORT_VARIABLE,
    });
  }
  const address = probe.address();
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return typeof address === 'object' && address !== null ? address.port : wanted;
}

function spawnServer(
  launch: Launch,
  binary: string,
  dataDir: string,
  port: number,
  log: (line: string) => void,
): ServerProcess {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: socketFolder(dataDir, port),
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // Written out because money depends on them: nothing that was acknowledged is lost in a power cut.
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [command, ...prefix] = [...launch.prefix, binary];
  const child = spawn(command as string, [...prefix, '-D', dataDir, '-p', String(port), ...flags], {
    ...launch.options,
    // A session of its own: Ctrl-C in the terminal must reach only us, who stop the database last.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const recentLines: string[] = [];
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      recentLines.push(error.message);
      resolve();
    });
  });
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      recentLines.push(line);
      if (recentLines.length > LOG_LINES_KEPT) recentLines.shift();
      log(line);
    });
    // A forgotten stop() must not keep the program from ending; a leftover server is found at the next start.
    (child.stderr as unknown as { unref(): void }).unref();
  }
  child.unref();
  return { child, pid: child.pid ?? -1, exited, recentLines };
}

/** Who started the server, so that the next start can tell a leftover from one in use. */
async function recordOwner(stateFile: string, serverPid: number): Promise<void> {
  const state = JSON.parse(await readFile(stateFile, 'utf8')) as Record<string, unknown>;
  const owner = { pid: process.pid, startedAt: await processStartedAt(process.pid) };
  await writeFile(stateFile, `${JSON.stringify({ ...state, serverPid, owner }, null, 2)}\n`, { mode: 0o600 });
  await chmod(stateFile, 0o600);
}

async function waitUntilReady(url: string, server: ServerProcess, port: number): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  let ended = false;
  void server.exited.then(() => {
    ended = true;
  });
  for (;;) {
    try {
      await ensureDatabase(url);
      return;
    } catch (error) {
      if (ended) throw startFailure(server.recentLines, port);
      if (errorCodeOf(error) !== 'DATABASE_UNREACHABLE') throw error;
      if (performance.now() > deadline) throw startFailure([...server.recentLines, 'it did not become ready'], port);
    }
    await Promise.race([sleep(50), server.exited]);
  }
}

function startFailure(lines: readonly string[], port: number): FoliosError {
  const output = lines.slice(-8).join('\n');
  if (/Address already in use/.test(output)) return portInUse(port);
  return new FoliosError('DATABASE_UNAVAILABLE', `the embedded PostgreSQL did not start:\n${output}`, { port });
}

/** Fast shutdown: open transactions roll back, a checkpoint is written. Immediate only if that hangs. */
async function stopServer(server: ServerProcess): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (server.child.exitCode !== null || server.child.signalCode !== null || server.pid < 0) return;
    server.child.kill(signal);
    const timeout = new AbortController();
    const gone = await Promise.race([
      server.exited.then(() => true),
      sleep(STOP_TIMEOUT_MS, false, { signal: timeout.signal }).catch(() => false),
    ]);
    timeout.abort();
    if (gone) return;
  }
}
