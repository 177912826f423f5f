import { execFile, type SpawnOptions } from 'node:child_process';
import { access, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { FoliosError } from '../../contracts/errors.ts';

const run = promisify(execFile);
const ACCOUNT = 'postgres';

/** The system user that runs the server; null means the user who runs us. */
export type ServerAccount = { readonly uid: number; readonly gid: number } | null;

/** How to start one of the server's programs under its account: `spawn(prefix + program, options)`. */
export interface Launch {
  readonly prefix: readonly string[];
  readonly options: SpawnOptions;
}

/** PostgreSQL refuses to run as root: then the owner of an existing cluster, or the user `postgres` (created if need be). */
export async function findServerAccount(dataDir: string): Promise<ServerAccount> {
  if (process.getuid?.() !== 0) return null;
  const existing = await stat(dataDir).catch(() => null);
  if (existing !== null && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid };
  const found = await lookUp(ACCOUNT);
  if (found !== null) return found;
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', ACCOUNT]);
  } catch (cause) {
    throw new FoliosError(
      'DATABASE_UNAVAILABLE',
      `PostgreSQL does not run as root, and the user "${ACCOUNT}" neither exists nor could be created with useradd; ` +
        'create it, run as an ordinary user, or set DATABASE_URL',
      {},
      { cause },
    );
  }
  return await lookUp(ACCOUNT);
}

async function lookUp(name: string): Promise<ServerAccount> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find((line) => line[0] === name);
  return fields === undefined ? null : { uid: Number(fields[2]), gid: Number(fields[3]) };
}

/**
 * Plain where the account can enter every directory above `dataDir`. Where it cannot (a clone under /root), the programs
 * get the one capability to pass those directories instead of our opening them to every user of the machine.
 */
export async function prepareLaunch(
  account: ServerAccount,
  dataDir: string,
  log: (line: string) => void,
): Promise<Launch> {
  // An environment of its own: no API key of ours reaches the server, no PG* variable of the user changes it.
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' };
  if (account === null) return { prefix: [], options: { env } };
  const blocked = await firstClosedDirectory(dataDir, account);
  if (blocked === null) return { prefix: [], options: { env, uid: account.uid, gid: account.gid } };
  const setpriv = await firstExisting(['/usr/bin/setpriv', '/bin/setpriv']);
  if (setpriv === null) {
    throw new FoliosError(
      'DATABASE_UNAVAILABLE',
      `PostgreSQL runs as user ${account.uid}, who may not enter ${blocked}; move the project to a directory that ` +
        'every user may enter (such as /opt or /srv), run as an ordinary user, or set DATABASE_URL',
      { blocked },
    );
  }
  log(`${blocked} is closed to PostgreSQL's user; giving the server the capability to pass it`);
  const capability = (await isPermitted(2)) ? 'dac_read_search' : 'dac_override';
  const ids = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  const prefix = [setpriv, ...ids, `--inh-caps=+${capability}`, `--ambient-caps=+${capability}`];
  return { prefix, options: { env } };
}

/** The topmost directory above `file` that the account may not enter; null if it can reach the file. */
export async function firstClosedDirectory(
  file: string,
  account: { readonly uid: number; readonly gid: number },
): Promise<string | null> {
  const above: string[] = [];
  for (let dir = path.dirname(file); ; dir = path.dirname(dir)) {
    above.unshift(dir);
    if (dir === path.dirname(dir)) break;
  }
  for (const dir of above) {
    const facts = await stat(dir).catch(() => null);
    if (facts === null) return null; // Not there yet; what we create is open enough.
    const bit = facts.uid === account.uid ? 0o100 : facts.gid === account.gid ? 0o010 : 0o001;
    if ((facts.mode & bit) === 0) return dir;
  }
  return null;
}

async function firstExisting(files: readonly string[]): Promise<string | null> {
  for (const file of files) {
    const found = await access(file).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return null;
}

/** Whether this process may hand on the Linux capability with that number; containers often keep back number 2. */
async function isPermitted(capability: number): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const permitted = /^CapPrm:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${permitted}`) >> BigInt(capability)) & 1n) === 1n;
}
