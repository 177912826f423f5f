import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FoliosError } from '../../contracts/errors.ts';
import { isAlive, processStartedAt } from './process-identity.ts';

/** How to ask a program to end in good order. */
export type EndSignal = 'SIGINT' | 'SIGTERM';

interface ProcessIdentity {
  readonly pid: number;
  /** Together with the id this names one process: ids are used again. */
  readonly startedAt: string;
}

/** One process of ours as `<state>/run/<name>.json` records it. */
export interface RecordedProcess extends ProcessIdentity {
  readonly name: string;
  readonly endSignal: EndSignal;
  /** Who started it and will stop it; the process itself where nobody else does. */
  readonly owner: ProcessIdentity;
}

/** The name under which the process that owns a state directory records itself. */
const OWNER_NAME = 'folios';
const END_TIMEOUT_MS = 30_000;
/** Ends when our end of its input closes, however we end; then asks the child to end. Reads with a builtin: one process. */
const WATCHDOG = 'while read -r _; do :; done; kill -s "$2" "$1" 2>/dev/null';

export function runDirectory(stateDir: string): string {
  return join(stateDir, 'run');
}

/**
 * Records this process as the one that uses the state directory, after ending what a killed predecessor left behind.
 * STATE_IN_USE while another living process holds it. `release` gives it back.
 */
export async function claimStateDirectory(
  stateDir: string,
  log: (line: string) => void,
): Promise<{ release(): Promise<void> }> {
  const runDir = runDirectory(stateDir);
  await mkdir(runDir, { recursive: true });
  const self = await identityOf(process.pid);
  const record: RecordedProcess = { ...self, name: OWNER_NAME, endSignal: 'SIGTERM', owner: self };
  const file = join(runDir, `${OWNER_NAME}.json`);
  // Creating the file is the claim; only a record whose process is gone may be replaced.
  for (;;) {
    try {
      await writeFile(file, JSON.stringify(record), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readRecord(file);
    if (holder !== null && (await isRunning(holder))) {
      throw new FoliosError(
        'STATE_IN_USE',
        `folios is already running on ${stateDir} (process ${holder.pid}); stop it first, or set FOLIOS_STATE_DIR`,
        { stateDir, pid: holder.pid },
      );
    }
    await rm(file, { force: true });
  }
  await endLeftovers(stateDir, log);
  return { release: () => rm(file, { force: true }) };
}

/**
 * Makes a child process ours: it is recorded for the next start, and a watchdog asks it to end if this process dies
 * without doing so. Call `release` when the child has ended.
 */
export async function adoptProcess(
  stateDir: string,
  child: { name: string; pid: number; endSignal: EndSignal },
): Promise<{ release(): Promise<void> }> {
  const runDir = runDirectory(stateDir);
  const file = join(runDir, `${child.name}.json`);
  const watchdog = process.platform === 'win32' ? null : startWatchdog(child.pid, child.endSignal);
  await mkdir(runDir, { recursive: true });
  const record: RecordedProcess = { ...(await identityOf(child.pid)), ...child, owner: await identityOf(process.pid) };
  // Written aside and renamed, so that a record is whole or absent.
  await writeFile(`${file}.new`, JSON.stringify(record));
  await rename(`${file}.new`, file);
  return {
    release: async () => {
      watchdog?.kill('SIGKILL');
      await rm(file, { force: true });
    },
  };
}

/** What the state directory's records say is running now. */
export async function listRunning(stateDir: string): Promise<readonly RecordedProcess[]> {
  const running: RecordedProcess[] = [];
  for (const record of await readRecords(stateDir)) if (await isRunning(record)) running.push(record);
  return running;
}

/** Ends processes whose owner is gone; a record whose process is gone, or is another one by now, is only removed. */
export async function endLeftovers(stateDir: string, log: (line: string) => void): Promise<void> {
  for (const record of await readRecords(stateDir)) {
    const ownerGone = (await processStartedAt(record.owner.pid)) !== record.owner.startedAt;
    if (!ownerGone) continue;
    await endProcess(record, (line) => log(`${line}, left by an earlier start`));
    await rm(join(runDirectory(stateDir), `${record.name}.json`), { force: true });
  }
}

/** Ends everything that belongs to the state directory: first its owner, who stops its children in order, then the rest. */
export async function endAll(stateDir: string, log: (line: string) => void): Promise<void> {
  const records = await readRecords(stateDir);
  const ownersFirst = [...records].sort((a, b) => Number(b.name === OWNER_NAME) - Number(a.name === OWNER_NAME));
  for (const record of ownersFirst) {
    if (record.pid !== process.pid) await endProcess(record, log);
    await rm(join(runDirectory(stateDir), `${record.name}.json`), { force: true });
  }
}

async function endProcess(record: RecordedProcess, log: (line: string) => void): Promise<void> {
  for (const signal of [record.endSignal, 'SIGKILL'] as const) {
    if (!(await isRunning(record))) return;
    log(`ending ${record.name} (process ${record.pid})`);
    process.kill(record.pid, signal);
    const deadline = performance.now() + END_TIMEOUT_MS;
    while (performance.now() < deadline && (await isRunning(record))) await sleep(50);
  }
}

function startWatchdog(pid: number, signal: EndSignal) {
  const child = spawn('/bin/sh', ['-c', WATCHDOG, 'folios-watchdog', String(pid), signal.slice(3)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Not in our process group: what ends the group must not end the one that cleans up after it.
    detached: true,
    env: {},
  });
  child.on('error', () => undefined); // Without a shell the next start still ends the leftover.
  child.stdin.on('error', () => undefined);
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}

async function identityOf(pid: number): Promise<ProcessIdentity> {
  return { pid, startedAt: (await processStartedAt(pid)) ?? 'ended' };
}

async function isRunning(record: ProcessIdentity): Promise<boolean> {
  return (
    isAlive(record.pid) && (await processStartedAt(record.pid)) === record.startedAt && !(await isZombie(record.pid))
  );
}

/** A killed process that nobody collected, as in a container without an init, still has an id. */
async function isZombie(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}

async function readRecords(stateDir: string): Promise<RecordedProcess[]> {
  const runDir = runDirectory(stateDir);
  const names = await readdir(runDir).catch(() => [] as string[]);
  const records = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readRecord(join(runDir, name))),
  );
  return records.filter((record) => record !== null);
}

async function readRecord(file: string): Promise<RecordedProcess | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as RecordedProcess;
  } catch {
    return null;
  }
}
