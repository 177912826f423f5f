import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { ensureDatabase } from '../../../db/create-database.ts';
import { translatingErrors } from '../../../db/database-error.ts';
import { createStrategyRepository } from '../../../db/repositories/strategies.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { NOON } from './fixtures.ts';

describe('connection', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
  });
  afterAll(() => database.drop());

  async function failure(url: string, options: Parameters<typeof openDatabase>[1] = {}) {
    const db = openDatabase(url, options);
    try {
      return await createStrategyRepository(db)
        .find('any')
        .then(
          () => null,
          (error: unknown) => error,
        );
    } finally {
      await closeDatabase(db);
    }
  }

  function changed(change: (url: URL) => void): string {
    const url = new URL(database.url);
    change(url);
    return url.href;
  }

  test('columns arrive exact: numeric as plain decimal text, date as text, timestamp as Date, bigint as number', async () => {
    const { rows } = await sql`
      select 1234567890123456.123456780::numeric as amount, 0.00000001::numeric as tiny, 100.00::numeric as round,
        '2026-03-01'::date as day, '2026-03-02T12:00:00Z'::timestamptz as at, 9007199254740991::bigint as size
    `.execute(database.db);
    expect(rows).toEqual([
      {
        amount: '1234567890123456.12345678',
        tiny: '0.00000001',
        round: '100',
        day: '2026-03-01',
        at: NOON,
        size: 9007199254740991,
      },
    ]);
    await expect(sql`select 9007199254740993::bigint`.execute(database.db)).rejects.toThrow('safe range');
  });

  test('nobody at the address is DATABASE_UNREACHABLE', async () => {
    const url = changed((one) => {
      one.port = '1';
    });
    expect(await failure(url)).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    await expect(ensureDatabase(url)).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
  });

  test('a server that accepts and then says nothing is DATABASE_UNREACHABLE after the connect timeout', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const mute: Server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const { port } = mute.address() as { port: number };
    const url = changed((one) => {
      one.port = String(port);
    });
    expect(await failure(url, { connectTimeoutMs: 100 })).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
  });

  test('a statement over the time limit is DATABASE_UNREACHABLE, for it may be repeated', async () => {
    const db = openDatabase(database.url, { statementTimeoutMs: 50 });
    const slow = translatingErrors(() => sql`select pg_sleep(5)`.execute(db));
    await expect(slow).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    await closeDatabase(db);
  });

  test('a wrong password or database is CONFIG_INVALID and the message holds no password', async () => {
    const wrongPassword = await failure(
      changed((one) => {
        one.password = 'not-the-secret';
      }),
    );
    expect(wrongPassword).toMatchObject({ code: 'CONFIG_INVALID', details: { variable: 'DATABASE_URL' } });
    expect(String((wrongPassword as Error).message)).not.toContain('not-the-secret');
    const missing = changed((one) => {
      one.pathname = '/nowhere';
    });
    expect(await failure(missing)).toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('a database without our tables is DATABASE_SCHEMA_MISMATCH', async () => {
    expect(await failure(database.url)).toMatchObject({ code: 'DATABASE_SCHEMA_MISMATCH' });
  });

  test('connections that the server ends while idle are replaced in silence', async () => {
    const db = openDatabase(database.url, { maxConnections: 2 });
    await sql`select 1`.execute(db);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and application_name = 'folios'`.execute(
      database.db,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
    await closeDatabase(db);
  });

  test('a connection that the server ends within a transaction fails its next statement, and nothing else', async () => {
    const db = openDatabase(database.url, { maxConnections: 1 });
    const broken = translatingErrors(() =>
      db.transaction().execute(async (trx) => {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
        await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(database.db);
        await new Promise((resolve) => setTimeout(resolve, 50));
        await sql`select 1`.execute(trx);
      }),
    );
    await expect(broken).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
    await closeDatabase(db);
  });
});
