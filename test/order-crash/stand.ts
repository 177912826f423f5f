import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { requireFreePort } from '../../src/main/embedded/ports.ts';
import { startEmbeddedPostgres } from '../../src/main/embedded/postgres.ts';
import { adoptProcess } from '../../src/main/embedded/processes.ts';
import { provisionTemporal, startEmbeddedTemporal } from '../../src/main/embedded/temporal.ts';
import { buildWorkflowBundle } from '../../src/main/workflow-bundle.ts';
import { FIRST_DAY, PARTS, type Part } from './generator.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
export const BROKER_ACCOUNTS = ['DU1000001', 'DU1000002'] as const;

const LOWEST_PORT = 20_000;
const PORTS = 12_000;
const WARNINGS_KEPT = 20;
const START_ATTEMPTS = 10;
/** What a process manager waits before it starts again what ended by itself. */
const RESTART_AFTER_MS = 500;

export interface StandOptions {
  readonly seed: number;
  readonly plant: 'resubmit-without-reconcile' | null;
  readonly cacheDir: string;
  /** Gets what worker and simulator print; null throws it away with the stand. */
  readonly logDir: string | null;
  readonly say: (line: string) => void;
}

/** Real processes on free ports and a temporary folder. Each can be killed and started again on its state. */
export interface Stand {
  readonly databaseUrl: string;
  /** What a process of the product needs to find the others. */
  readonly env: Readonly<Record<string, string>>;
  start(part: Part): Promise<void>;
  /** SIGKILL; answers when the process is gone. */
  kill(part: Part): Promise<void>;
  /** How often a part ended although nobody killed it; it is started again by itself. */
  readonly ownEnds: Readonly<Record<Part, number>>;
  /** A call of the simulator's control endpoint. */
  control(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>;
  /** The last warnings and errors of the workers. */
  warnings(): Promise<readonly string[]>;
  close(): Promise<void>;
}

interface Launched {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  /** Gives back what the process leaves outside the folder. */
  release?(): Promise<void>;
}

/** Starts PostgreSQL, Temporal and the simulator; the worker is for the caller, once the books are prepared. */
export async function openStand(options: StandOptions): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'folios-order-crash-'));
  const parts: SupervisedPart[] = [];
  // The servers do not keep this process alive, and it must not end while it waits for their end.
  const alive = setInterval(() => undefined, 60_000);
  const close = async () => {
    await Promise.all(parts.map((part) => part.kill()));
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    clearInterval(alive);
  };
  try {
    return await startParts(options, folder, parts, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(
  { seed, plant, cacheDir, logDir, say }: StandOptions,
  folder: string,
  parts: SupervisedPart[],
  close: () => Promise<void>,
): Promise<Stand> {
  const [postgres, temporal, tws, control] = await choosePorts(4);
  const executable = await provisionTemporal({ cacheDir, env: process.env, log: say });
  const bundle = join(folder, 'workflows.js');
  await mkdir(join(folder, 'home'));
  await writeFile(bundle, (await buildWorkflowBundle(ROOT)).code);
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: join(folder, 'home'),
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
    // The mark by which `npm test` finds processes that outlive it.
    ...(process.env.FOLIOS_TEST_RUN_ID ? { FOLIOS_TEST_RUN_ID: process.env.FOLIOS_TEST_RUN_ID } : {}),
    FOLIOS_STATE_DIR: join(folder, 'state'),
    FOLIOS_REPLAY_START: FIRST_DAY,
    FOLIOS_TWS_EMULATOR_PORT: String(tws),
    FOLIOS_BROKER_QUIET_MS: '1500',
    FOLIOS_LOG_LEVEL: 'info',
    TEMPORAL_ADDRESS: `127.0.0.1:${temporal}`,
  };
  const logs = logDir ?? join(folder, 'logs');
  const simulatorArgs = [tws, control, join(folder, 'tws.jsonl'), seed, FIRST_DAY, ...BROKER_ACCOUNTS].map(String);
  const launches: Record<Part, () => Promise<Launched>> = {
    postgres: async () => {
      const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), port: postgres ?? 0 });
      env.DATABASE_URL = server.url;
      const adopted = await adoptProcess(folder, { name: 'postgres', pid: server.pid, endSignal: 'SIGINT' });
      return { pid: server.pid, exited: server.exited, release: adopted.release };
    },
    temporal: () =>
      startEmbeddedTemporal({
        ...{ executable, port: temporal ?? 0, uiPort: null, dbFile: join(folder, 'temporal.db'), stateDir: folder },
      }),
    simulator: async () => {
      const simulator = await launchNode('simulator.ts', simulatorArgs, env, logs);
      await simulator.ready;
      return simulator;
    },
    worker: () => launchNode('worker.ts', [bundle, ...(plant ? [plant] : [])], env, logs),
  };
  const byName = Object.fromEntries(
    PARTS.map((name) => [name, new SupervisedPart(name, launches[name], say)]),
  ) as Record<Part, SupervisedPart>;
  parts.push(...Object.values(byName));
  await Promise.all([byName.postgres, byName.temporal, byName.simulator].map((part) => part.start()));
  return {
    databaseUrl: env.DATABASE_URL ?? '',
    env,
    start: (part) => byName[part].start(),
    kill: (part) => byName[part].kill(),
    get ownEnds() {
      return Object.fromEntries(PARTS.map((part) => [part, byName[part].ownEnds])) as Record<Part, number>;
    },
    control: (method, path, body) => callControl(`http://127.0.0.1:${control}/_control/${path}`, method, body),
    warnings: () => readWarnings(join(logs, 'worker.log')),
    close,
  };
}

async function readWarnings(file: string): Promise<readonly string[]> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  const isCalm = (line: string) => /^{"level":[123]0,/.test(line);
  return lines
    .filter((line) => !isCalm(line))
    .slice(-WARNINGS_KEPT)
    .map((line) => line.slice(0, 400));
}

/** Free ports below those of outgoing connections, one of which could take the port of a part that is down. */
async function choosePorts(count: number): Promise<number[]> {
  const chosen = new Set<number>();
  while (chosen.size < count) {
    const port = LOWEST_PORT + randomInt(PORTS);
    const isFree = await requireFreePort(port, 'the crash run', 'none').then(
      () => true,
      () => false,
    );
    if (isFree) chosen.add(port);
  }
  return [...chosen];
}

async function callControl(url: string, method: string, body?: object): Promise<unknown> {
  const signal = AbortSignal.timeout(5_000);
  const response = await fetch(url, { method, signal, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** A process of ours, which kills itself when the channel to us closes. */
async function launchNode(script: string, args: readonly string[], env: Record<string, string>, logDir: string) {
  await mkdir(logDir, { recursive: true });
  const output = await open(join(logDir, script.replace('.ts', '.log')), 'a');
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    env: { ...env },
    stdio: ['ignore', output.fd, output.fd, 'ipc'],
  });
  await output.close();
  const exited = once(child, 'exit');
  const ready = Promise.race([
    once(child, 'message'),
    exited.then(() => {
      throw new Error(`${script} ended before it was ready`);
    }),
  ]);
  ready.catch(() => undefined);
  return { pid: child.pid ?? -1, exited, ready };
}

/** One part of the stand: killed and started by the rounds, and started again where it ends by itself. */
class SupervisedPart {
  ownEnds = 0;
  readonly #name: Part;
  readonly #launch: () => Promise<Launched>;
  readonly #say: (line: string) => void;
  #running: Launched | null = null;
  #starting: Promise<void> | null = null;
  #isWanted = false;

  constructor(name: Part, launch: () => Promise<Launched>, say: (line: string) => void) {
    this.#name = name;
    this.#launch = launch;
    this.#say = say;
  }

  start(): Promise<void> {
    this.#isWanted = true;
    if (this.#running !== null) return Promise.resolve();
    this.#starting ??= this.#startNow().finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async kill(): Promise<void> {
    this.#isWanted = false;
    await this.#starting?.catch(() => undefined);
    const running = this.#running;
    if (running === null) return;
    process.kill(running.pid, 'SIGKILL');
    await running.exited;
  }

  /** A killed predecessor may hold its port or its shared memory for another moment. */
  async #startNow(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const running = await this.#launch();
        this.#running = running;
        void running.exited.then(() => this.#ended(running));
        return;
      } catch (error) {
        if (attempt === START_ATTEMPTS) throw error;
        await sleep(RESTART_AFTER_MS);
      }
    }
  }

  async #ended(running: Launched): Promise<void> {
    this.#running = null;
    await running.release?.();
    if (!this.#isWanted) return;
    this.ownEnds += 1;
    this.#say(`the ${this.#name} ended by itself and is started again`);
    await sleep(RESTART_AFTER_MS);
    if (this.#isWanted) await this.start();
  }
}
