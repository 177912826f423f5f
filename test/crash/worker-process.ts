import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Death {
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
  readonly atMs: number;
}

const SCRIPT = join(import.meta.dirname, 'crashing-worker.ts');
const KEPT_OUTPUT = 4000;

/** One worker process after another: a killed one is replaced at once, as a process manager does. */
export class WorkerProcess {
  readonly deaths: Death[] = [];
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | null = null;
  #ready: Promise<void> = Promise.resolve();
  #output = '';
  #isStopping = false;

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#args = args;
    this.#env = env;
    this.#spawn();
  }

  /** Resolves when the present process serves all its queues; fails with its output if it ended instead. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** The end of what the processes printed. */
  output(): string {
    return this.#output;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  #spawn(): void {
    const child = spawn(process.execPath, [SCRIPT, ...this.#args], {
      env: { ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output = `${this.#output}${chunk}`.slice(-KEPT_OUTPUT);
      });
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined);
    this.#ready = promise;
    child.once('message', () => resolve());
    child.once('exit', (exitCode, signal) => {
      this.deaths.push({ signal, exitCode, atMs: performance.now() });
      reject(new Error(`the worker ended with ${signal ?? exitCode}: ${this.#output}`));
      // Only a crash that the test asked for is repaired: a worker that cannot start would be started for ever.
      if (signal === 'SIGKILL' && !this.#isStopping) this.#spawn();
    });
  }
}
