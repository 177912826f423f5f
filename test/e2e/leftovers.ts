import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { listRunning } from '../../src/main/embedded/processes.ts';

/**
 * Processes that belong to a state directory: recorded there, working in it, or started with it (the latter two on Linux
 * only). Waits up to `patienceMs` for them to end and returns those that did not, as `pid command`.
 */
export async function leftovers(stateDir: string, patienceMs = 0): Promise<string[]> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await processesOf(stateDir);
    if (found.length === 0 || performance.now() >= deadline) return found;
    await sleep(100);
  }
}

async function processesOf(stateDir: string): Promise<string[]> {
  const recorded = (await listRunning(stateDir)).map(({ pid, name }) => `${pid} ${name}`);
  const ids = (await readdir('/proc').catch(() => [] as string[])).map(Number).filter((pid) => pid > 1);
  const found = await Promise.all(ids.map((pid) => describeIfIn(pid, stateDir)));
  return [...recorded, ...found.filter((one) => one !== null)];
}

async function describeIfIn(pid: number, stateDir: string): Promise<string | null> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const [command, environment, directory] = await Promise.all([
    read('cmdline'),
    read('environ'),
    readlink(`/proc/${pid}/cwd`).catch(() => ''),
  ]);
  const belongs = [command, environment].some((text) => text.includes(stateDir)) || directory.startsWith(stateDir);
  return belongs ? `${pid} ${command.replaceAll('\0', ' ').slice(0, 100)}` : null;
}
