import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Config } from '../../src/config.ts';
import type { ProviderName } from '../../src/domain/research/provider.ts';
import { adoptProcess } from '../../src/main/embedded/processes.ts';
import { endChild, environmentOf } from './child.ts';

/** The emulators in a process of their own, as the vendors' servers are not in ours. */
export interface BenchEmulators {
  /** How long batches of one provider take from now on; `openBatches` gives the new time to those under way, too. */
  setLatency(provider: ProviderName, latencyMs: number, openBatches?: boolean): Promise<void>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;

export async function startEmulatorProcess(
  config: Config,
  env: Readonly<Record<string, string>>,
): Promise<BenchEmulators> {
  const child = spawn(process.execPath, [join(config.root, 'src/main/emulators.ts')], {
    env: environmentOf(env),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const adopted = await adoptProcess(config.stateDir, {
    name: 'emulators',
    pid: child.pid ?? -1,
    endSignal: 'SIGTERM',
  });
  await listening(child);
  return {
    async setLatency(provider, latencyMs, openBatches = false) {
      const url = `http://127.0.0.1:${config.ports.emulators[provider]}/_control/latency`;
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ latencyMs, openBatches }),
      });
      if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    },
    async stop() {
      await endChild(child);
      await adopted.release();
    },
  };
}

/** They print their banner when all of them listen. */
async function listening(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error('the emulators did not start')), START_TIMEOUT_MS);
  child.stdout?.on('data', (chunk: Buffer) => {
    if (chunk.includes('Ctrl-C stops them')) resolve();
  });
  child.once('exit', (code) => reject(new Error(`the emulators ended with code ${code}`)));
  await promise.finally(() => clearTimeout(timer));
}
