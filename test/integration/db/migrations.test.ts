import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import {
  assertSchemaCurrent,
  MIGRATION_NAMES,
  migrateToLatest,
  rollbackAll,
  rollbackOne,
} from '../../../db/migrator.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';

describe('migrations', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
  });
  afterAll(() => database.drop());

  /** Everything that the migrations make, as text: columns, constraints, indexes, triggers, functions. */
  async function schemaText(): Promise<readonly string[]> {
    const { rows } = await sql<{ line: string }>`
      select format('column %s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) as line
        from information_schema.columns where table_schema = 'public' and table_name not like 'kysely_%'
      union all select format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        from pg_constraint where connamespace = 'public'::regnamespace and conrelid::regclass::text not like 'kysely_%'
      union all select indexdef from pg_indexes where schemaname = 'public' and tablename not like 'kysely_%'
      union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
      union all select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
      order by 1`.execute(database.db);
    return rows.map((row) => row.line);
  }

  test('every file of the folder is listed, in the order of its name', async () => {
    const files = await readdir(path.join(import.meta.dirname, '../../../db/migrations'));
    expect(MIGRATION_NAMES).toEqual(files.map((file) => file.replace(/\.ts$/, '')).sort());
  });

  test('an empty database is told which migrations are missing, and is left empty', async () => {
    await expect(assertSchemaCurrent(database.db)).rejects.toMatchObject({
      code: 'DATABASE_SCHEMA_MISMATCH',
      details: { missing: MIGRATION_NAMES, unknown: [] },
    });
    expect(await schemaText()).toEqual([]);
  });

  test('up, all down and up again make the identical schema, and down leaves nothing behind', async () => {
    expect(await migrateToLatest(database.db)).toEqual(MIGRATION_NAMES);
    const first = await schemaText();
    expect(first.length).toBeGreaterThan(150);
    expect(await rollbackAll(database.db)).toEqual([...MIGRATION_NAMES].reverse());
    expect(await schemaText()).toEqual([]);
    await migrateToLatest(database.db);
    expect(await schemaText()).toEqual(first);
    expect(await migrateToLatest(database.db)).toEqual([]);
  });

  test('one step back names what it undid and what is missing then', async () => {
    const last = MIGRATION_NAMES.at(-1);
    expect(await rollbackOne(database.db)).toEqual([last]);
    await expect(assertSchemaCurrent(database.db)).rejects.toMatchObject({ details: { missing: [last] } });
    await migrateToLatest(database.db);
    await expect(assertSchemaCurrent(database.db)).resolves.toBeUndefined();
  });

  test('many processes may migrate at the same moment: each migration runs once', async () => {
    await rollbackAll(database.db);
    const others = Array.from({ length: 5 }, () => openDatabase(database.url, { maxConnections: 2 }));
    const results = await Promise.all(others.map((db) => migrateToLatest(db)));
    expect(results.flat().sort()).toEqual([...MIGRATION_NAMES]);
    await Promise.all(others.map(closeDatabase));
  });

  test('a database that a newer program migrated is refused, by name', async () => {
    await sql`insert into kysely_migration values ('20991231000000_future', '2099')`.execute(database.db);
    await expect(assertSchemaCurrent(database.db)).rejects.toMatchObject({
      code: 'DATABASE_SCHEMA_MISMATCH',
      message: expect.stringContaining('20991231000000_future'),
    });
    await expect(migrateToLatest(database.db)).rejects.toMatchObject({ code: 'DATABASE_SCHEMA_MISMATCH' });
    await sql`delete from kysely_migration where name like '2099%'`.execute(database.db);
  });
});
