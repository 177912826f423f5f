import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { COLUMN_TYPES } from './column-types.ts';
import { LockSession } from './lock-session.ts';
import { prepareStatements } from './prepared-statements.ts';
import type { DB } from './schema.gen.ts';

export interface DatabaseOptions {
  /** Connections of the pool; one more for the locks is opened when the first is taken. */
  readonly maxConnections?: number;
  readonly connectTimeoutMs?: number;
  /** Longest single statement, waiting for row locks included; 0 is unbounded (migrations). */
  readonly statementTimeoutMs?: number;
}

const lockSessions = new WeakMap<Kysely<DB>, LockSession>();

/**
 * A pool of connections to `url`. Connects on first use, so a server that is down shows as DATABASE_UNREACHABLE in the
 * first call. Numeric columns are decimal strings, dates `YYYY-MM-DD`, timestamps Dates. Close with `closeDatabase`.
 */
export function openDatabase(url: string, options: DatabaseOptions = {}): Kysely<DB> {
  const connectTimeoutMs = options.connectTimeoutMs ?? 5_000;
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
  const connection: pg.PoolConfig = {
    connectionString: url,
    application_name: 'folios',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    types: COLUMN_TYPES,
  };
  const pool = new pg.Pool({
    ...connection,
    max: options.maxConnections ?? 10,
    statement_timeout: statementTimeoutMs,
    // The server's limit does not help when the network is gone; the driver's own does.
    ...(statementTimeoutMs > 0 ? { query_timeout: statementTimeoutMs + 5_000 } : {}),
    idle_in_transaction_session_timeout: 60_000,
  });
  // A connection that breaks while idle is dropped from the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  // The pool listens to idle connections alone: one that breaks in a transaction, between two statements, ends the process
  // as well. The next statement fails, which is all that its user needs.
  pool.on('connect', (client) => client.on('error', () => undefined));
  prepareStatements(pool);
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
  lockSessions.set(db, new LockSession(connection));
  return db;
}

/** Ends the pool and gives back the locks. Waits for statements under way. */
export async function closeDatabase(db: Kysely<DB>): Promise<void> {
  await lockSessions.get(db)?.close();
  await db.destroy();
}

/** The session that holds this database's advisory locks. */
export function lockSessionOf(db: Kysely<DB>): LockSession {
  const session = lockSessions.get(db);
  if (session === undefined) throw new Error('this database was not opened by openDatabase');
  return session;
}
