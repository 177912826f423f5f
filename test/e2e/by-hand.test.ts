import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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
    const openai = String(runs[0]?.tasks[0]?.taskId);

    await withinMs(5_000, 'submit');
    expect((await folios('submit')).stdout).toContain('No task is pending');
    await pollUntilEnded();
    await withinMs(10_000, 'harvest');
    const { artifacts } = await json<{ artifacts: { name: string; sha256: string }[] }>('artifacts', openai);
    const names = ['openai_payload.jsonl', 'openai_batch_results.jsonl', 'parsed.json', 'structured.json'];
    expect(artifacts.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    for (const { sha256 } of artifacts) expect(sha256).toMatch(/^[0-9a-f]{64}$/);

    await withinMs(10_000, 'execute', '--ready', '--balance', '50000');
    expect((await json<{ tickets: Row[] }>('execute', '--ready')).tickets).toEqual([]);
    const { stdout } = await folios('portfolio', '--account', 'graham-defensive/openai');
    expect(stdout).toMatch(/50,000\.00/);
    const { orders } = await json<{ orders: Row[] }>('orders', '--account', 'graham-defensive/openai');
    expect(orders.length).toBeGreaterThan(0);
    expect(new Set(orders.map(({ state }) => state))).toEqual(new Set(['FILLED']));
  }, 120_000);

  test('the market is moved by hand, forward only, and every portfolio is marked there', async () => {
    const { accounts } = await json<{ accounts: Row[] }>('portfolio');
    const { stdout } = await folios('clock', 'advance', '2022-06-30');
    expect(stdout).toContain('2022-06-30');
    expect((await folios('clock')).stdout).toContain('2022-06-30');
    const { comparisons } = await json<{ comparisons: Row[] }>('compare');
    expect(comparisons.map(({ windowEnd }) => windowEnd)).toEqual(accounts.map(() => '2022-06-30'));
    expect((await folios('clock', 'advance', '2022-06-29')).stderr).toContain('error INPUT_INVALID: ');
  });

  /** Runs a command that may take so long inside the process. */
  async function withinMs(limitMs: number, ...args: string[]): Promise<void> {
    const end = await folios(...args, '--timing');
    expect({ code: end.code, args }).toEqual({ code: 0, args });
    expect(elapsedMs(end)).toBeLessThan(limitMs);
  }

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

  // How many milliseconds these take is a figure of `npm run bench`: beside other tests it would measure those.
  test('plan, poll and enqueue tell with --timing how long they took', async () => {
    const commands = [['plan'], ['poll'], ['enqueue', '--strategy', 'buffett-quality', '--hold', '--force']];
    for (const command of commands) expect(elapsedMs(await folios(...command, '--timing'))).toBeGreaterThan(0);
  });

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
      const program = environment('FOLIOS_TEST_TEMPORAL_EXECUTABLE');
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
