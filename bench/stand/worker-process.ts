import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { adoptProcess } from '../../src/main/embedded/processes.ts';
import { endChild, environmentOf } from './child.ts';
import { ROOT, type Stand } from './stand.ts';

/** The product's worker program in a process of its own. */
export interface WorkerProcess {
  memory(): Promise<Memory>;
  /** SIGKILL: it ends in the middle of whatever it does. */
  kill(): void;
  /** Ends it, if it still runs, and forgets it. */
  stop(): Promise<void>;
}

/** Resident memory of a process, in megabytes of 10⁶ bytes. */
export interface Memory {
  readonly nowMb: number;
  /** The most it ever was. */
  readonly peakMb: number;
}

const ANSWER_TIMEOUT_MS = 30_000;

/** Starts it; it is at work once a workflow of its queue goes on. */
export async function startWorkerProcess(stand: Stand): Promise<WorkerProcess> {
  const probe = join(import.meta.dirname, 'memory-probe.ts');
  const child = spawn(process.execPath, ['--import', probe, join(ROOT, 'src/main/worker.ts')], {
    env: environmentOf(stand.env),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { stateDir } = stand.config;
  const adopted = await adoptProcess(stateDir, { name: 'worker', pid: child.pid ?? -1, endSignal: 'SIGTERM' });
  return {
    async memory() {
      const { promise, resolve, reject } = Promise.withResolvers<Memory>();
      const timer = setTimeout(() => reject(new Error('the worker process does not answer')), ANSWER_TIMEOUT_MS);
      child.once('message', (message) => resolve(message as Memory));
      child.send('memory');
      return await promise.finally(() => clearTimeout(timer));
    },
    kill: () => void child.kill('SIGKILL'),
    async stop() {
      await endChild(child);
      await adopted.release();
    },
  };
}
