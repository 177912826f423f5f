import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Kysely } from 'kysely';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { dropDatabase, ensureDatabase } from '../../db/create-database.ts';
import { migrateToLatest } from '../../db/migrator.ts';
import type { DB } from '../../db/schema.gen.ts';
import { startEmbeddedPostgres } from '../../src/main/embedded/postgres.ts';

export interface TestDatabase {
  readonly url: string;
  readonly db: Kysely<DB>;
  /** Closes the connections, drops the database, and stops the server if this suite started it. */
  drop(): Promise<void>;
}

/** A database of its own for one suite, migrated unless told otherwise. */
export async function createTestDatabase(options: { migrated: boolean } = { migrated: true }): Promise<TestDatabase> {
  const server = await testServer();
  const address = new URL(server.url);
  address.pathname = `/test_${randomUUID().replaceAll('-', '')}`;
  const url = address.href;
  await ensureDatabase(url);
  const db = openDatabase(url, { maxConnections: 20 });
  if (options.migrated) await migrateToLatest(db);
  return {
    url,
    db,
    drop: async () => {
      await closeDatabase(db);
      await dropDatabase(url);
      await server.stop();
    },
  };
}

/** The server of the global setup, or one of this suite's own where it runs without that. */
async function testServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const shared = process.env.FOLIOS_TEST_DATABASE_URL;
  if (shared !== undefined && shared !== '') return { url: shared, stop: async () => undefined };
  const directory = await mkdtemp(path.join(tmpdir(), 'folios-test-postgres-'));
  const server = await startEmbeddedPostgres({ dataDir: path.join(directory, 'data'), port: 0 });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
