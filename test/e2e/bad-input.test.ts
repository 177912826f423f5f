import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProviderName } from '../../src/domain/research/provider.ts';
import type { ItemOutcome } from '../../src/emulators/control/faults.ts';
import { type ControlledEmulators, controlEmulators } from '../factories/emulator-control.ts';
import { waitFor } from '../factories/wait-for.ts';
import { type IsolatedEnvironment, isolatedEnvironment } from './isolated-environment.ts';
import { foliosJson, type RunningProgram, runFolios, startStack } from './programs.ts';

interface Task {
  readonly taskId: string;
  readonly strategySlug: string;
  readonly provider: ProviderName;
  readonly state: string;
  readonly failureCode: string | null;
  readonly failureReason: string | null;
}

const LIBRARY = resolve(import.meta.dirname, '../../strategies');

let machine: IsolatedEnvironment;
let stack: RunningProgram;
let emulators: ControlledEmulators;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folios-e2e-files-'));
  machine = await isolatedEnvironment({ FOLIOS_EMULATOR_LATENCY_MS: '300', FOLIOS_POLL_INTERVAL_MS: '200' });
  stack = await startStack(machine.env);
  emulators = controlEmulators({ urls: machine.emulators });
}, 90_000);
afterAll(async () => {
  await stack?.end();
  await machine?.remove();
  await rm(folder, { recursive: true, force: true });
}, 40_000);

/** Everything that a refused command could have changed. */
async function rows(): Promise<unknown> {
  const [{ tasks }, { strategies }, { orders }] = await Promise.all([
    foliosJson<{ tasks: unknown[] }>(machine.env, 'status', '--limit', '1000'),
    foliosJson<{ strategies: unknown[] }>(machine.env, 'strategies'),
    foliosJson<{ orders: unknown[] }>(machine.env, 'orders', '--limit', '1000'),
  ]);
  return { tasks, strategies, orders };
}

async function tasksOf(strategy: string): Promise<readonly Task[]> {
  const { tasks } = await foliosJson<{ tasks: Task[] }>(machine.env, 'status', '--limit', '1000');
  return tasks.filter((task) => task.strategySlug === strategy);
}

/** Enqueues one strategy at some providers and waits until each of its tasks has ended. */
async function runToEnd(strategy: string, providers: readonly ProviderName[]): Promise<readonly Task[]> {
  await foliosJson(machine.env, 'enqueue', '--strategy', strategy, '--providers', providers.join(','));
  return waitFor(`the tasks of ${strategy} end`, async () => {
    const tasks = await tasksOf(strategy);
    return tasks.every(({ state }) => state === 'succeeded' || state === 'failed') && tasks;
  });
}

describe('a command that is refused changes nothing', () => {
  test('an unknown provider, among known ones', async () => {
    const before = await rows();
    const { code, stderr, stdout } = await runFolios(
      machine.env,
      'enqueue',
      '--providers',
      'openai,mistral',
      '--force',
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^error PROVIDER_UNKNOWN: there is no provider "mistral"; known are openai, gemini, anthropic/,
    );
    expect(await rows()).toEqual(before);
  });

  test('a strategy file with three mistakes names each of them with its path', async () => {
    const good = await readFile(join(LIBRARY, 'lynch-garp.yaml'), 'utf8');
    const bad = good
      .replace(/^slug: .*$/m, 'slug: three mistakes')
      .replace(/provider: gemini/, 'provider: mistral')
      .replace(/staleAfterDays: .*$/m, 'staleAfterDays: -1');
    const file = join(folder, 'bad.yaml');
    await writeFile(file, bad);
    const before = await rows();
    const { code, stderr } = await runFolios(machine.env, 'strategy', 'add', file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error STRATEGY_INVALID: .*3 mistakes/m);
    for (const path of ['slug', 'providers[1].provider', 'cadence.staleAfterDays']) {
      expect(stderr).toContain(`\n  ${path}: `);
    }
    expect(await rows()).toEqual(before);
  });

  test.each([
    [['strategy', 'add', '/nowhere/at/all.yaml'], 'INPUT_INVALID'],
    [['strategy', 'activate', 'nobody'], 'STRATEGY_NOT_FOUND'],
    [['enqueue', '--strategy', 'nobody'], 'STRATEGY_NOT_FOUND'],
    [['status', '--task', 'ffffffff'], 'TASK_NOT_FOUND'],
    [['execute', '--ready', '--balance', '-5'], 'INPUT_INVALID'],
    [['clock', 'advance', '1999-01-01'], 'INPUT_INVALID'],
    [['clock', 'advance', '2999-01-01'], 'QUOTE_UNAVAILABLE'],
    [['portfolio', '--limit', 'many'], 'INPUT_INVALID'],
    [['nonsense'], 'INPUT_INVALID'],
  ])('%j is %s', async (args, code) => {
    const end = await runFolios(machine.env, ...args);
    expect(end).toMatchObject({ code: 1, stdout: '' });
    expect(end.stderr).toContain(`error ${code}: `);
    expect(end.stderr).not.toMatch(/^\s+at /m);
  });
});

describe('an answer that means harm', () => {
  const everybody = (fault: ItemOutcome) =>
    Promise.all(
      (['openai', 'gemini', 'anthropic'] as const).map((provider) =>
        emulators.arm(provider, { on: 'outcome', fault, times: 2 }),
      ),
    );

  test('of 10 MB fails its task, with batch, direct call and command line tool alike, and the service goes on', async () => {
    await everybody('huge');
    const tasks = await runToEnd('graham-defensive', ['openai', 'gemini', 'anthropic']);
    for (const { failureCode, failureReason } of tasks) {
      expect(failureCode).toBe('ANSWER_TOO_LARGE');
      expect(failureReason?.length).toBeLessThan(500);
    }
    expect(tasks).toHaveLength(3);
    expect(await (await fetch(`http://127.0.0.1:${machine.ports.FOLIOS_API_PORT}/api/health`)).json()).toMatchObject({
      status: 'healthy',
    });
  });

  test('with a prompt injection in a rationale is stored as text, and no escape reaches the terminal', async () => {
    for (const provider of ['openai', 'gemini', 'anthropic'] as const) await emulators.disarm(provider);
    await everybody('prompt_injection');
    const tasks = await runToEnd('lynch-garp', ['openai', 'gemini', 'anthropic']);
    expect(tasks.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    const first = tasks[0] as Task;
    for (const args of [
      ['recommendations', '--strategy', 'lynch-garp'],
      ['status', '--task', first.taskId],
      ['orders'],
    ]) {
      const printed = await runFolios(machine.env, ...args);
      expect(printed.code).toBe(0);
      expect(printed.stdout).not.toMatch(HARMFUL);
      const document = await runFolios(machine.env, ...args, '--json');
      expect(document.stdout).not.toMatch(HARMFUL);
    }
    const { stdout } = await runFolios(machine.env, 'recommendations', '--strategy', 'lynch-garp');
    expect(stdout).toContain('ignore previous');
  });
});

/** Controls but line feeds, and what changes the direction of text. */
const HARMFUL = /(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u;
