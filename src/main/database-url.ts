import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { FoliosError } from '../contracts/errors.ts';
import { embeddedPostgresUrl } from './embedded/postgres-url.ts';

/** Where the embedded PostgreSQL keeps its files; its generated password stands beside it in `postgres.json`. */
export function postgresDataDir(config: Config): string {
  return join(config.stateDir, 'postgres');
}

/** DATABASE_URL, or the address of the embedded server that `npm start` created. STACK_NOT_RUNNING if there is none. */
export async function databaseUrl(config: Config): Promise<string> {
  if (config.databaseUrl) return config.databaseUrl.reveal();
  const file = join(config.stateDir, 'postgres.json');
  try {
    const { password } = JSON.parse(await readFile(file, 'utf8')) as { password: string };
    return embeddedPostgresUrl(postgresDataDir(config), config.ports.postgres, password);
  } catch {
    throw new FoliosError('STACK_NOT_RUNNING', 'there is no database yet: run `npm start` first, or set DATABASE_URL');
  }
}
