import pg from 'pg';
import { toFoliosError } from './database-error.ts';

/**
 * Creates the database that `url` names if its server does not have it. DATABASE_UNREACHABLE while the server does not
 * take connections, CONFIG_INVALID where it refuses us.
 */
export async function ensureDatabase(url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  await administer(url, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)} template template0`);
  });
}

/** Removes the database that `url` names, with whoever is still connected to it. */
export async function dropDatabase(url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  await administer(url, async (client) => {
    await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
  });
}

async function administer(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } catch (error) {
    // Two processes may find it missing at once; the one that comes second has what it wants.
    if ((error as { code?: unknown }).code !== '42P04') throw toFoliosError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
