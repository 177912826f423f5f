import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FoliosError } from '../../contracts/errors.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { POSTGRES_USER } from './postgres-url.ts';
import type { Launch, ServerAccount } from './server-account.ts';

interface ClusterRequest {
  readonly dataDir: string;
  readonly stateFile: string;
  readonly binaries: PostgresBinaries;
  readonly account: ServerAccount;
  readonly launch: Launch;
  readonly log: (line: string) => void;
}

/**
 * Makes sure that a database cluster exists and returns the password of its superuser. A new cluster is made beside its
 * place and moved there when complete, so that an interrupted first start leaves nothing half made.
 */
export async function prepareCluster(request: ClusterRequest): Promise<string> {
  const { dataDir, stateFile } = request;
  await mkdir(path.dirname(dataDir), { recursive: true });
  const exists = await isCluster(dataDir);
  const known = await readPassword(stateFile);
  if (exists && known !== null) return known;
  const password = randomBytes(24).toString('hex');
  if (exists) {
    request.log(`${stateFile} is missing; setting a new password`);
    await resetPassword(request, password);
    await writeState(stateFile, password);
    return password;
  }
  request.log('creating the PostgreSQL data directory (once, a few seconds)');
  await writeState(stateFile, password);
  await createCluster(request, password);
  return password;
}

async function isCluster(dataDir: string): Promise<boolean> {
  return await stat(path.join(dataDir, 'PG_VERSION')).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw new FoliosError('DATABASE_UNAVAILABLE', `cannot read ${dataDir}: ${error.message}`, { dataDir });
    },
  );
}

async function readPassword(stateFile: string): Promise<string | null> {
  try {
    const state = JSON.parse(await readFile(stateFile, 'utf8')) as { password?: unknown };
    return typeof state.password === 'string' ? state.password : null;
  } catch {
    return null;
  }
}

async function writeState(stateFile: string, password: string): Promise<void> {
  const next = `${stateFile}.new`;
  await writeFile(next, `${JSON.stringify({ user: POSTGRES_USER, password }, null, 2)}\n`, { mode: 0o600 });
  await rename(next, stateFile);
}

async function createCluster({ dataDir, binaries, account, launch, log }: ClusterRequest, password: string) {
  const unfinished = `${dataDir}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  const secretDir = await mkdtemp(path.join(tmpdir(), 'folios-initdb-'));
  const secretFile = path.join(secretDir, 'password');
  await writeFile(secretFile, `${password}\n`, { mode: 0o600 });
  if (account !== null) {
    for (const one of [unfinished, secretDir, secretFile]) await chown(one, account.uid, account.gid);
  }
  try {
    // The built-in locale sorts and folds the same on every system, whatever locales are installed.
    await runProgram(launch, binaries.initdb, [
      `--pgdata=${unfinished}`,
      `--username=${POSTGRES_USER}`,
      `--pwfile=${secretFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ]);
    await rename(unfinished, dataDir);
  } finally {
    await rm(secretDir, { recursive: true, force: true });
  }
  log('the PostgreSQL data directory is complete');
}

/** With the server down, its single-user mode needs no password: the way back for who lost `postgres.json`. */
async function resetPassword({ dataDir, binaries, launch }: ClusterRequest, password: string): Promise<void> {
  const statement = `ALTER USER ${POSTGRES_USER} PASSWORD '${password}';\n`;
  await runProgram(launch, binaries.postgres, ['--single', '-D', dataDir, 'postgres'], statement);
}

async function runProgram(launch: Launch, program: string, args: readonly string[], input = ''): Promise<void> {
  const [command, ...prefix] = [...launch.prefix, program];
  const child = spawn(command as string, [...prefix, ...args], { ...launch.options, stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output = `${output}${chunk.toString('utf8')}`.slice(-8_000);
    });
  }
  const code = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (status, signal) => resolve(status ?? signal ?? 'unknown'));
    child.stdin?.on('error', () => undefined); // It ended before reading; its exit code tells.
    child.stdin?.end(input);
  });
  if (code === 0) return;
  const name = path.basename(program);
  throw new FoliosError('DATABASE_UNAVAILABLE', `${name} failed (${code}): ${output.trim().slice(-1_000)}`, {
    program: name,
  });
}
