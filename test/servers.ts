import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { ensureSearchAttributes } from '../src/adapters/temporal/namespace.ts';
import { loadConfig } from '../src/config.ts';
import { findFreePort } from '../src/main/embedded/ports.ts';
import { startEmbeddedPostgres } from '../src/main/embedded/postgres.ts';
import { adoptProcess } from '../src/main/embedded/processes.ts';
import { provisionTemporal, startEmbeddedTemporal } from '../src/main/embedded/temporal.ts';

/** What is undone in the end; setup and teardown run in one process and see the same module. */
const cleanUps: (() => Promise<void>)[] = [];

/** Starts the suites' servers on free ports; they find them in FOLIOS_TEST_DATABASE_URL and FOLIOS_TEST_TEMPORAL_ADDRESS. */
export async function startServers(): Promise<void> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const cacheDir = process.env.FOLIOS_CACHE_DIR ?? loadConfig({}).cacheDir;
  const executable = await provisionTemporal({ cacheDir, env: process.env, log });
  const stateDir = process.env.FOLIOS_TEST_STATE_DIR ?? (await mkdtemp(join(tmpdir(), 'folios-test-state-')));
  try {
    const [postgres, temporal] = await Promise.all([startPostgres(stateDir), startTemporal(executable, stateDir)]);
    process.env.FOLIOS_TEST_DATABASE_URL = postgres;
    process.env.FOLIOS_TEST_TEMPORAL_ADDRESS = temporal;
    process.env.FOLIOS_TEST_TEMPORAL_EXECUTABLE = executable;
  } catch (error) {
    await stopServers();
    throw error;
  } finally {
    cleanUps.push(() => rm(stateDir, { recursive: true, force: true }));
  }
}

/** Jest calls it after failures too; if even Jest is killed, the servers' watchdogs end them. */
export async function stopServers(): Promise<void> {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
}

async function startPostgres(stateDir: string): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataDir: join(stateDir, 'postgres'), port: 0 });
  const adopted = await adoptProcess(stateDir, { name: 'postgres', pid: postgres.pid, endSignal: 'SIGINT' });
  cleanUps.push(async () => {
    await postgres.stop();
    await adopted.release();
  });
  return postgres.url;
}

async function startTemporal(executable: string, stateDir: string): Promise<string> {
  const port = await findFreePort();
  const temporal = await startEmbeddedTemporal({ executable, port, uiPort: null, dbFile: null, stateDir });
  cleanUps.push(() => temporal.stop());
  const connection = await Connection.connect({ address: temporal.address });
  await ensureSearchAttributes(connection, 'default');
  await connection.close();
  return temporal.address;
}
