import { execFile, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, copyFile, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { FoliosError } from '../../contracts/errors.ts';

const run = promisify(execFile);

/** The newest release that `go install` can build: later ones replace modules, which it refuses. */
export const TEMPORAL_VERSION = '1.5.1';
const MODULE = `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_VERSION}`;
const GO_BUILD_LIMIT_MS = 20 * 60_000;
/** A download that brings nothing for so long has failed; an unreachable host is noticed in milliseconds. */
const DOWNLOAD_STALL_MS = 15_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Puts the Temporal server program at `target`, complete or not at all: by the SDK's own download, else built with Go.
 * TEMPORAL_UNAVAILABLE says what was tried and the ways out.
 */
export async function obtainTemporal(target: string, env: Environment, log: (line: string) => void): Promise<string> {
  // Beside the target, since a rename is atomic only within one file system.
  const work = await mkdtemp(`${target}.unfinished-`);
  const failures: string[] = [];
  try {
    for (const way of [download, build]) {
      try {
        const program = await way(work, env, log);
        // Seen to run before it gets its name: what stands in the cache is whole.
        await run(program, ['--version'], { timeout: 60_000 });
        await rename(program, target);
        return target;
      } catch (error) {
        failures.push((error as Error).message);
      }
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  throw new FoliosError(
    'TEMPORAL_UNAVAILABLE',
    `the Temporal server could not be provisioned:\n${failures.map((one) => `  - ${one}`).join('\n')}\n` +
      'Any of these helps: install the Temporal CLI so that `temporal` is on the PATH; install Go 1.24 or newer and run ' +
      'this again; or set TEMPORAL_ADDRESS to a Temporal server of your own.',
    { failures },
  );
}

/** In a process of its own, since the SDK's download cannot be interrupted. */
async function download(work: string, env: Environment, log: (line: string) => void): Promise<string> {
  log('downloading the Temporal server (once, about 60 MB)');
  const folder = join(work, 'download');
  await mkdir(folder);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'download-temporal.ts'), folder], {
    env: { ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output = `${output}${chunk.toString('utf8')}`.slice(-4_000);
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  const stalled = await watchProgress(folder, ended);
  if (stalled) child.kill('SIGKILL');
  const code = await ended;
  const [file] = (await readdir(folder)).filter((name) => name.startsWith('temporal-'));
  if (code === 0 && file !== undefined) {
    const program = join(work, 'temporal');
    await copyFile(join(folder, file), program);
    return program;
  }
  const reason = stalled ? `no progress for ${DOWNLOAD_STALL_MS / 1000} s` : shortReason(output);
  log(`the download did not succeed: ${reason}`);
  throw new Error(`download by the Temporal SDK: ${reason}`);
}

/** The innermost cause, which comes last: the SDK repeats the whole address before it. */
function shortReason(output: string): string {
  const line = output.trim().split('\n').at(-1) ?? '';
  return line.split(': ').slice(-2).join(': ').slice(0, 200) || 'it ended without a reason';
}

/** True as soon as nothing was added to the folder for DOWNLOAD_STALL_MS; false when the work ended by itself. */
async function watchProgress(folder: string, ended: Promise<unknown>): Promise<boolean> {
  let size = -1;
  let lastChange = performance.now();
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await Promise.race([sleep(500), ended]);
    const now = await folderSize(folder);
    if (now !== size) {
      size = now;
      lastChange = performance.now();
    } else if (performance.now() - lastChange > DOWNLOAD_STALL_MS) return !isOver;
  }
  return false;
}

async function folderSize(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => ({ size: 0 }))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

async function build(work: string, env: Environment, log: (line: string) => void): Promise<string> {
  const go = await findOnPath('go', env);
  if (go === null) throw new Error('build with Go: `go` is not on the PATH');
  log(`building the Temporal server ${TEMPORAL_VERSION} with Go (once, about 2.5 minutes)`);
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  const progress = setInterval(() => log(`still building the Temporal server, ${seconds()} s`), 30_000);
  try {
    // GOBIN is refused when cross-compiling, so settings of the user's own projects must not reach this build.
    const { GOOS: _os, GOARCH: _arch, GOFLAGS: _flags, ...rest } = env;
    await run(go, ['install', MODULE], {
      cwd: work,
      env: { ...rest, GOBIN: work, CGO_ENABLED: '0' },
      timeout: GO_BUILD_LIMIT_MS,
      maxBuffer: 20_000_000,
    });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`build with Go: ${(stderr?.trim() || message).split('\n').slice(-3).join(' ').slice(0, 400)}`);
  } finally {
    clearInterval(progress);
  }
  log(`built the Temporal server in ${seconds()} s`);
  return join(work, 'temporal');
}

/** The program of that name in the first folder of PATH that has one. */
export async function findOnPath(program: string, env: Environment): Promise<string | null> {
  for (const folder of (env.PATH ?? '').split(delimiter).filter((one) => one !== '')) {
    const file = join(folder, program);
    if (await isExecutable(file)) return file;
  }
  return null;
}

export async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    async () => (await stat(file)).isFile(),
    () => false,
  );
}
