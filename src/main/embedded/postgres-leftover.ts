import { readdir, readFile, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FoliosError } from '../../contracts/errors.ts';
import { isAlive, isPostgresOf, processStartedAt } from './process-identity.ts';

const STOP_TIMEOUT_MS = 30_000;
const SOCKET_FILE = /^\.s\.PGSQL\.\d+(\.lock)?$/;

/**
 * Makes the data directory free to start on. A server whose parent was killed is shut down by its id, after making sure
 * that the id is still this directory's server; a lock file whose id now belongs to some other program is removed.
 * STATE_IN_USE if the process that started the server is still alive.
 */
export async function clearLeftover(dataDir: string, stateFile: string, log: (line: string) => void): Promise<void> {
  await endServer(dataDir, stateFile, log);
  // The lock of a dead server's socket names its id too, and PostgreSQL does not look whose that is by now.
  const files = await readdir(dataDir).catch(() => []);
  for (const file of files.filter((name) => SOCKET_FILE.test(name)))
    await rm(path.join(dataDir, file), { force: true });
}

async function endServer(dataDir: string, stateFile: string, log: (line: string) => void): Promise<void> {
  const lockFile = path.join(dataDir, 'postmaster.pid');
  const pid = await readLockedPid(lockFile);
  if (pid === null || !isAlive(pid)) return; // PostgreSQL itself clears the lock of a dead server.
  if (!(await isPostgresOf(pid, await realpath(dataDir)))) {
    log(`removing ${lockFile}: process ${pid} is not its server (stale after a crash)`);
    await rm(lockFile, { force: true });
    return;
  }
  const owner = await livingOwner(stateFile);
  if (owner !== null) {
    throw new FoliosError(
      'STATE_IN_USE',
      `another folios (process ${owner}) is running on ${path.dirname(dataDir)}; stop it first, or choose another directory`,
      { ownerPid: owner, dataDir },
    );
  }
  log(`shutting down PostgreSQL (process ${pid}) that an earlier run left behind`);
  await shutDown(pid, await realpath(dataDir));
}

async function readLockedPid(lockFile: string): Promise<number | null> {
  const text = await readFile(lockFile, 'utf8').catch(() => '');
  const pid = Number(text.split('\n', 1)[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : null;
}

/** The process that started the server, if it is this very process and not a later one with the same id. */
async function livingOwner(stateFile: string): Promise<number | null> {
  try {
    const state = JSON.parse(await readFile(stateFile, 'utf8')) as {
      owner?: { pid: number; startedAt: string | null };
    };
    if (state.owner === undefined || state.owner.startedAt === null) return null;
    return (await processStartedAt(state.owner.pid)) === state.owner.startedAt ? state.owner.pid : null;
  } catch {
    return null;
  }
}

async function shutDown(pid: number, dataDir: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw new FoliosError(
        'STATE_IN_USE',
        `PostgreSQL (process ${pid}) runs here and may not be stopped by this user`,
        {
          pid,
        },
      );
    }
    const deadline = performance.now() + STOP_TIMEOUT_MS;
    while (performance.now() < deadline) {
      if (!(await isPostgresOf(pid, dataDir))) return; // Gone, or a zombie that nobody collects in a container.
      await sleep(50);
    }
  }
  throw new FoliosError('STATE_IN_USE', `PostgreSQL (process ${pid}), left by an earlier run, does not stop`, { pid });
}
