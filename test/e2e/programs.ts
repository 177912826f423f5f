import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');

export interface ProgramEnd {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

/** A program of ours in a process of its own, as `npm run` starts it. */
export interface RunningProgram {
  readonly pid: number;
  readonly ended: Promise<ProgramEnd>;
  /** What it has printed so far to both streams, without colours. */
  output(): string;
  /** Resolves with the output as soon as it matches; fails with the whole output if the program ends before, or after `timeoutMs`. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Signals this process only and waits for its end. */
  end(signal?: NodeJS.Signals): Promise<ProgramEnd>;
}

type Environment = Readonly<Record<string, string>>;

/**
 * Starts `entry`, a path from the repository's root, under the Node of this test run. `within` puts another program in
 * front of the command that ends by becoming it, so that the process id stays.
 */
export function startProgram(
  entry: string,
  args: readonly string[],
  env: Environment,
  within: (command: readonly string[]) => readonly string[] = (command) => command,
): RunningProgram {
  const began = performance.now();
  const [file = '', ...rest] = within([process.execPath, join(ROOT, entry), ...args]);
  const child = spawn(file, rest, {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '', both: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
      printed.both += text;
      for (const watcher of watchers) watcher();
    });
  }
  const output = () => stripVTControlCharacters(printed.both);
  const ended = new Promise<ProgramEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout: printed.stdout, stderr: printed.stderr, tookMs: performance.now() - began });
    });
  });
  return {
    pid: child.pid ?? -1,
    ended,
    output,
    waitFor: (pattern, timeoutMs = 45_000) => {
      const name = `${entry} ${args.join(' ')}`;
      return new Promise((resolve, reject) => {
        const settle = (done: () => void) => {
          watchers.delete(look);
          clearTimeout(timer);
          done();
        };
        const fail = (why: string) =>
          settle(() => reject(new Error(`${name} ${why} ${pattern}; it printed:\n${output()}`)));
        const look = () => {
          if (pattern.test(output())) settle(() => resolve(output()));
        };
        const timer = setTimeout(() => fail(`did not print within ${timeoutMs} ms`), timeoutMs);
        watchers.add(look);
        void ended.then(({ code }) => fail(`ended with ${code} before it printed`));
        look();
      });
    },
    end: (signal = 'SIGINT') => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs `entry` to its end; one that hangs is killed after `timeoutMs`, which shows as the code null. */
export async function runProgram(
  entry: string,
  args: readonly string[],
  env: Environment,
  timeoutMs = 60_000,
): Promise<ProgramEnd> {
  const program = startProgram(entry, args, env);
  const timer = setTimeout(() => void program.end('SIGKILL'), timeoutMs);
  try {
    return await program.ended;
  } finally {
    clearTimeout(timer);
  }
}

/** One call of the command line. */
export function runFolios(env: Environment, ...args: string[]): Promise<ProgramEnd> {
  return runProgram('src/main/cli.ts', args, env, 30_000);
}

/** The document that a successful `--json` call printed, alone, to stdout. */
export async function foliosJson<T = Record<string, unknown>>(env: Environment, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await runFolios(env, ...args, '--json');
  if (code !== 0) throw new Error(`folios ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** `npm start`, until it is up. End it with `end()`. */
export async function startStack(env: Environment): Promise<RunningProgram> {
  const stack = startProgram('src/main/stack.ts', [], env);
  await stack.waitFor(/folios is up/);
  return stack;
}
