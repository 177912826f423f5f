import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether a process with this id exists now, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * When the process was started, as an opaque text; null if there is none. Ids are used again, after a reboot or in a
 * container almost at once; id and start together name one process.
 */
export async function processStartedAt(pid: number): Promise<string | null> {
  if (!isAlive(pid)) return null;
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    // The command name in parentheses may itself contain spaces and parentheses; field 22 is the start in clock ticks.
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
    const ticks = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? null : `${boot.trim()}/${ticks}`;
  }
  return await psColumn(pid, 'lstart');
}

/** Whether the living process `pid` is a PostgreSQL server on this data directory (an absolute path). */
export async function isPostgresOf(pid: number, dataDir: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    // A server works inside its data directory, however the path was spelled when it was started.
    const workingDir = await readlink(`/proc/${pid}/cwd`).catch(() => null);
    if (workingDir !== null) return name.trim() === 'postgres' && workingDir === dataDir;
  }
  const command = (await psColumn(pid, 'command')) ?? '';
  return command.includes('postgres') && command.includes(`-D ${dataDir}`);
}

async function psColumn(pid: number, column: string): Promise<string | null> {
  try {
    const { stdout } = await run('ps', ['-o', `${column}=`, '-p', String(pid)]);
    return stdout.trim() === '' ? null : stdout.trim();
  } catch {
    return null;
  }
}
