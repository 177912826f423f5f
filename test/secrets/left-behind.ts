import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { sql } from 'kysely';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { createPayloadCodec, type PayloadKey } from '../../src/adapters/temporal/payload-codec.ts';
import { loadConfig } from '../../src/config.ts';
import { databaseUrl } from '../../src/main/database-url.ts';
import type { Place } from './leak-search.ts';

/** Not what was left behind, but where the operator keeps secrets, and the raw files of servers that are read otherwise. */
const NOT_SEARCHED = /^(postgres|secrets)(\/|$)|^postgres\.json$/;

/** Every file of a state directory: artifacts, logs, Temporal's database, records of processes. */
export async function filesOf(stateDir: string): Promise<readonly Place[]> {
  const entries = await readdir(stateDir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const searched = paths.filter((path) => !NOT_SEARCHED.test(relative(stateDir, path)));
  return await Promise.all(
    searched.map(async (path) => ({ name: relative(stateDir, path), content: await readFile(path) })),
  );
}

/** Every row of every table, as PostgreSQL writes it. */
export async function tablesOf(env: Readonly<Record<string, string>>): Promise<readonly Place[]> {
  const db = openDatabase(await databaseUrl(loadConfig(env)), { maxConnections: 2 });
  try {
    const tables = await db.introspection.getTables();
    const places: Place[] = [];
    for (const { name } of tables) {
      const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(db);
      places.push({ name: `table ${name}`, content: rows.map(({ row }) => row).join('\n') });
    }
    return places;
  } finally {
    await closeDatabase(db);
  }
}

/** Every history and every schedule in Temporal, with its payloads decrypted. */
export async function historiesOf(address: string, key: PayloadKey): Promise<readonly Place[]> {
  const codec = createPayloadCodec([key]);
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  try {
    const places: Place[] = [];
    for await (const { workflowId, runId } of client.workflow.list()) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const payloads = await codec.decode(payloadsIn(history));
      const decoded = payloads.map(({ data }) => Buffer.from(data ?? []).toString('utf8'));
      places.push({ name: `history ${workflowId}`, content: [JSON.stringify(history), ...decoded].join('\n') });
    }
    return places;
  } finally {
    await connection.close();
  }
}

function payloadsIn(part: unknown): Payload[] {
  if (typeof part !== 'object' || part === null || part instanceof Uint8Array) return [];
  const { metadata } = part as Payload;
  if (metadata?.encoding instanceof Uint8Array) return [part as Payload];
  return Object.values(part).flatMap(payloadsIn);
}
