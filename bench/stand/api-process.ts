import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { adoptProcess } from '../../src/main/embedded/processes.ts';
import { endChild, environmentOf } from './child.ts';
import { ROOT, type Stand } from './stand.ts';
import type { Memory } from './worker-process.ts';

const START_TIMEOUT_MS = 30_000;

/** A server program in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  memory(): Promise<Memory>;
  stop(): Promise<void>;
}

/** Starts the product's API, or what it is measured against, and waits until it answers. */
export async function startServerProcess(
  stand: Stand,
  program: 'api' | 'reference',
  port: number,
): Promise<ServerProcess> {
  const file = program === 'api' ? join(ROOT, 'src/main/server.ts') : join(ROOT, 'bench/bare/server.ts');
  const probe = join(import.meta.dirname, 'memory-probe.ts');
  const child = spawn(process.execPath, ['--import', probe, file], {
    env: environmentOf({ ...stand.env, FOLIOS_API_PORT: String(port), FOLIOS_API_REQUESTS_PER_MINUTE: '10000000' }),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { stateDir } = stand.config;
  const adopted = await adoptProcess(stateDir, { name: program, pid: child.pid ?? -1, endSignal: 'SIGTERM' });
  const url = `http://127.0.0.1:${port}`;
  await untilItAnswers(`${url}/api/v1/health`);
  return {
    url,
    async memory() {
      const answer = new Promise<Memory>((resolve) => child.once('message', (message) => resolve(message as Memory)));
      child.send('memory');
      return await answer;
    },
    async stop() {
      await endChild(child);
      await adopted.release();
    },
  };
}

async function untilItAnswers(url: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (
      await fetch(url).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return;
    await sleep(100);
  }
  throw new Error(`${url} did not answer within ${START_TIMEOUT_MS / 1000} s`);
}
