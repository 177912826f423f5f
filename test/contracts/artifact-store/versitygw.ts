import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { onPrivateTmpfs } from './private-tmpfs.ts';

const VERSION = '1.8.0';
const BUILD_TIMEOUT_MS = 15 * 60_000;
const START_TIMEOUT_MS = 10_000;
const run = promisify(execFile);

export const CREDENTIALS = { accessKeyId: 'folios-test', secretAccessKey: 'folios-test-secret' } as const;

export interface Versitygw {
  readonly endpoint: string;
  /** The folder that holds the buckets, as the server sees it. */
  readonly bucketsDir: string;
  stop(): Promise<void>;
}

/**
 * Path of the versitygw program: the one in our cache, else on PATH, else built with Go into the cache, which takes
 * about one minute once (two cores, nothing cached).
 */
export async function provisionVersitygw(): Promise<string> {
  const cacheDir =
    process.env.FOLIOS_CACHE_DIR ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'folios');
  const program = path.join(cacheDir, `versitygw-${VERSION}`);
  if (await exists(program)) return program;
  const installed = await findOnPath('versitygw');
  if (installed !== null) return installed;

  console.info(`building versitygw ${VERSION} for the S3 tests into ${cacheDir}: about a minute, once`);
  await mkdir(cacheDir, { recursive: true });
  const buildDir = await mkdtemp(path.join(cacheDir, '.build-'));
  try {
    await run('go', ['install', `github.com/versity/versitygw/cmd/versitygw@v${VERSION}`], {
      env: { ...process.env, GOBIN: buildDir },
      timeout: BUILD_TIMEOUT_MS,
    });
    await rename(path.join(buildDir, 'versitygw'), program);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no Go' : (cause as Error).message;
    throw new Error(`the S3 tests need versitygw: put it on PATH, or Go to build it (${reason})`, {
      cause,
    });
  } finally {
    await rm(buildDir, { recursive: true, force: true });
  }
  return program;
}

/**
 * A real S3 server on a free port of this machine, its buckets in `bucketsDir` or a temporary folder. With `smallDisk`
 * it sees a file system of 256 kB there, which vanishes with it.
 */
export async function startVersitygw(
  options: { readOnly?: boolean; bucketsDir?: string; smallDisk?: boolean } = {},
): Promise<Versitygw> {
  const program = await provisionVersitygw();
  const ownDir = await mkdtemp(path.join(tmpdir(), 'folios-s3-'));
  const bucketsDir = options.bucketsDir ?? path.join(ownDir, 'buckets');
  const sidecarDir = path.join(ownDir, 'metadata');
  await mkdir(bucketsDir, { recursive: true });
  await mkdir(sidecarDir);
  const port = await freePort();
  const command = [
    ...[program, '--quiet', '--health', '/health', '--port', `127.0.0.1:${port}`],
    ...(options.readOnly === true ? ['--readonly'] : []),
    ...['posix', '--sidecar', sidecarDir, bucketsDir],
  ];
  const [file, ...args] = options.smallDisk === true ? onPrivateTmpfs(bucketsDir, 256, command) : command;
  const server = spawn(file as string, args, {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      ROOT_ACCESS_KEY: CREDENTIALS.accessKeyId,
      ROOT_SECRET_KEY: CREDENTIALS.secretAccessKey,
    },
  });
  const stop = async (): Promise<void> => {
    await terminated(server);
    await rm(ownDir, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await answering(`${endpoint}/health`, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, bucketsDir, stop };
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`versitygw ended with code ${server.exitCode}`);
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`versitygw does not answer within ${START_TIMEOUT_MS} ms`);
}

function terminated(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    server.once('exit', () => resolve());
    if (server.exitCode !== null || server.signalCode !== null) resolve();
    else server.kill('SIGTERM');
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function findOnPath(name: string): Promise<string | null> {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const candidate = path.join(folder, name);
    if (folder !== '' && (await exists(candidate))) return candidate;
  }
  return null;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
