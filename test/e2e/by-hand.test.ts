import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dec } from '../../src/domain/money/decimal.ts';
import { provisionTemporal } from '../../src/main/embedded/temporal.ts';
import { environment } from '../factories/environment.ts';
import { type IsolatedEnvironment, isolatedEnvironment } from './isolated-environment.ts';
import { foliosJson, type ProgramEnd, type RunningProgram, runFolios, runProgram, startStack } from './programs.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');

interface Row {
  readonly [key: string]: unknown;
}

describe('with the stack up', () => {
  let machine: IsolatedEnvironment;
  let stack: RunningProgram;
  beforeAll(async () => {
    machine = await isolatedEnvironment({ FOLIOS_EMULATOR_LATENCY_MS: '1200' });
    stack = await startStack(machine.env);
  }, 120_000);
  afterAll(async () => {
    await stack?.end('SIGINT');
    await machine?.remove();
  }, 60_000);

  const folios = (...args: string[]) => runFolios(machine.env, ...args);
  const json = <T = Row>(...args: string[]) => foliosJson<T>(machine.env, ...args);

  test('a held run goes from plan to portfolio by one command a step, and enqueueing twice makes nothing new', async () => {
    await json('strategy', 'activate', 'graham-defensive');
    const { stale } = await json<{ stale: Row[] }>('plan');
    expect(stale).toMatchObject([{ slug: 'graham-defensive', providers: ['openai', 'gemini', 'anthropic'] }]);

    const enqueue = ['enqueue', '--providers', 'openai,gemini', '--hold'];
    const { runs } = await json<{ runs: { tasks: Row[] }[] }>(...enqueue);
    expect(runs[0]?.tasks).toMatchObject([
      { provider: 'openai', enqueued: true },
      { provider: 'gemini', enqueued: true },
    ]);
    const again = await json<{ runs: { tasks: Row[] }[] }>(...enqueue, '--strategy', 'graham-defensive');
    expect(again.runs[0]?.tasks.map((task) => [task.taskId, task.enqueued])).toEqual(
      runs[0]?.tasks.map((task) => [task.taskId, false]),
    );

    expect((await folios('submit')).code).toBe(0);
    await pollUntilEnded();
    expect((await folios('harvest')).code).toBe(0);
    const { tickets } = await json<{ tickets: { settled: Row }[] }>('execute', '--ready', '--balance', '100000');
    expect(tickets.map(({ settled }) => dec(String(settled.totalUsd)).toFixed(2))).toEqual(['100000.00', '100000.00']);
    expect((await json<{ tickets: Row[] }>('execute', '--ready')).tickets).toEqual([]);
  }, 120_000);

  async function pollUntilEnded(): Promise<void> {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const { stdout } = await folios('poll', '--json');
      const states = [...stdout.matchAll(/"state": "(\w+)"/g)].map(([, state]) => state);
      if (states.length > 0 && !states.includes('working')) return;
    }
    throw new Error('the provider did not end the jobs');
  }

  test.each([
    ['strategies', 'strategies'],
    ['plan', 'stale'],
    ['status', 'tasks'],
    ['orders', 'orders'],
    ['positions', 'positions'],
    ['portfolio', 'accounts'],
    ['recommendations', 'recommendations'],
    ['compare', 'comparisons'],
  ])('%s --json is one document that says what is simulated', async (command, key) => {
    const document = await json(command);
    expect(document.simulated).toBe(true);
    expect(Array.isArray(document[key])).toBe(true);
  });

  test('plan and poll take less than a second inside the command line, the best of three on a shared machine', async () => {
    for (const command of ['plan', 'poll']) {
      const times: number[] = [];
      for (let attempt = 0; attempt < 3; attempt += 1) times.push(elapsedMs(await folios(command, '--timing')));
      expect(Math.min(...times)).toBeLessThan(1000);
    }
  }, 60_000);

  test('cancel refuses without a terminal and --yes; with it, the batch is cancelled at the provider', async () => {
    const { runs } = await json<{ runs: { tasks: Row[] }[] }>(
      ...['enqueue', '--strategy', 'low-volatility', '--providers', 'openai', '--hold'],
    );
    const taskId = String(runs[0]?.tasks[0]?.taskId);
    const refused = await folios('cancel', taskId);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('CONFIRMATION_REQUIRED');
    expect((await folios('cancel', taskId, '--yes', '--reason', 'not today')).code).toBe(0);
    const { stdout } = await folios('status', '--task', taskId, '--json');
    expect(stdout).toContain('not today');
    expect(stdout).toContain('JOB_CANCELLED');
  });

  test('both examples run with nothing but a Temporal client and our types', async () => {
    const env = { ...machine.env, TEMPORAL_ADDRESS: `127.0.0.1:${machine.ports.FOLIOS_TEMPORAL_PORT}` };
    const started = await runProgram('examples/start-a-run.ts', ['dual-momentum'], env, 90_000);
    expect({ code: started.code, stderr: started.stderr }).toEqual({ code: 0, stderr: '' });
    expect(started.stdout).toMatch(/openai: \d+ recommendations, total \$100000/);
    const steps = await runProgram('examples/step-by-step.ts', ['lynch-garp', 'openai'], env, 90_000);
    expect({ code: steps.code, stderr: steps.stderr }).toEqual({ code: 0, stderr: '' });
    expect(steps.stdout).toMatch(/harvested: succeeded\nexecuted: \d+ orders filled/);
  }, 180_000);

  describe('the plain temporal command line', () => {
    const temporal = async (...args: string[]) => {
      const program = await provisionTemporal({
        cacheDir: environment('FOLIOS_CACHE_DIR'),
        env: process.env,
        log: () => undefined,
      });
      const address = ['--address', `127.0.0.1:${machine.ports.FOLIOS_TEMPORAL_PORT}`];
      const result = await run(program, [...args, ...address], { cwd: join(ROOT, 'test') }).catch((error) => error);
      return `${result.stdout}${result.stderr}`;
    };
    const execute = (input: string) =>
      temporal(
        ...['workflow', 'execute', '--type', 'researchRun', '--task-queue', 'folios'],
        ...['--workflow-id', `by-hand/${randomUUID()}`, '--input', input],
      );

    test('starts a run that completes', async () => {
      const output = await execute('{"strategyId":"dreman-contrarian","providers":["anthropic"],"force":true}');
      expect(output).toMatch(/Status\s+COMPLETED/);
    }, 60_000);

    test.each([
      ['{}', /strategyId: Invalid input/],
      ['{"strategyId":5}', /strategyId: Invalid input: expected string/],
      ['"dreman"', /expected object/],
      ['{"strategyId":"nobody"}', /no strategy has the id or slug "nobody"/],
      ['{"strategyId":"dreman-contrarian","providers":["mistral"]}', /providers.0/],
    ])('fails a run whose input is %s at once and readably', async (input, message) => {
      const output = await execute(input);
      expect(output).toMatch(/Status\s+FAILED/);
      expect(output).toMatch(message);
    });
  });
});

function elapsedMs({ stderr }: ProgramEnd): number {
  const [, text] = /elapsed (\d+) ms/.exec(stderr) ?? [];
  if (text === undefined) throw new Error(`no elapsed time in: ${stderr}`);
  return Number(text);
}
