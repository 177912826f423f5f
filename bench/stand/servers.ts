import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import { findFreePort } from '../../src/main/embedded/ports.ts';
import { startEmbeddedPostgres } from '../../src/main/embedded/postgres.ts';
import { adoptProcess } from '../../src/main/embedded/processes.ts';
import { provisionTemporal, startEmbeddedTemporal } from '../../src/main/embedded/temporal.ts';
import { Cleanup } from './cleanup.ts';

/** PostgreSQL and Temporal as `npm start` runs them, on free ports, with everything under a folder of its own. */
export interface Servers {
  readonly stateDir: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  stop(): Promise<void>;
}

export async function startServers(say: (line: string) => void): Promise<Servers> {
  const cleanup = new Cleanup();
  try {
    const stateDir = await mkdtemp(join(tmpdir(), 'folios-bench-'));
    cleanup.add(() => rm(stateDir, { recursive: true, force: true }));
    const { cacheDir } = loadConfig({ FOLIOS_CACHE_DIR: process.env.FOLIOS_CACHE_DIR });
    const executable = await provisionTemporal({ cacheDir, env: process.env, log: say });

    const postgres = await startEmbeddedPostgres({ dataDir: join(stateDir, 'postgres'), port: 0 });
    const adopted = await adoptProcess(stateDir, { name: 'postgres', pid: postgres.pid, endSignal: 'SIGINT' });
    cleanup.add(async () => {
      await postgres.stop();
      await adopted.release();
    });
    const temporal = await startEmbeddedTemporal({
      executable,
      port: await findFreePort(),
      uiPort: await findFreePort(),
      dbFile: join(stateDir, 'temporal.db'),
      stateDir,
    });
    cleanup.add(() => temporal.stop());
    return {
      stateDir,
      databaseUrl: postgres.url,
      temporalAddress: temporal.address,
      stop: () => cleanup.run(),
    };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}
