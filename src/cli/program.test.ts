import { describe, expect, test } from '@jest/globals';
import { FoliosError } from '../contracts/errors.ts';
import { createProgram } from './program.ts';
import { createFakeContext, emptyWorld } from './testing/fake-context.ts';
import { collect, runCommand } from './testing/run-command.ts';
import { STRATEGY_ID, sampleStrategy } from './testing/sample-data.ts';

function context() {
  return createFakeContext({
    ...emptyWorld(),
    strategies: [sampleStrategy()],
    stale: [
      {
        strategyId: STRATEGY_ID,
        slug: 'dreman-contrarian',
        name: 'David Dreman contrarian',
        version: 3,
        providers: ['openai', 'gemini'],
        lastSubmittedAt: new Date('2026-01-02T10:00:00.000Z'),
        staleAfterDays: 30,
      },
    ],
  });
}

describe('output', () => {
  test('--json prints one document and nothing else, with ISO times and what is simulated', async () => {
    const run = await runCommand(['plan', '--json'], context());
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(run.stdout)).toEqual({
      simulated: true,
      simulations: expect.arrayContaining(['LLM providers are emulated (OpenAI, Gemini, Anthropic)']),
      stale: [expect.objectContaining({ slug: 'dreman-contrarian', lastSubmittedAt: '2026-01-02T10:00:00.000Z' })],
    });
  });

  test('text goes to stdout, the banner that says what is simulated to stderr', async () => {
    const run = await runCommand(['plan'], context());
    expect(run.stdout).toMatch(/^STRATEGY +NAME +VERSION/);
    expect(run.stdout).not.toContain('SIMULATED');
    expect(run.stderr).toBe(
      'PAPER, SIMULATED: LLM providers are emulated (OpenAI, Gemini, Anthropic); prices are bundled history, replayed\n',
    );
  });

  test('where nothing is simulated the banner does not claim so', async () => {
    const run = await runCommand(['plan'], { ...context(), simulated: [] });
    expect(run.stderr).toBe('PAPER: real LLM providers and prices\n');
  });

  test('--timing prints the elapsed milliseconds to stderr, before or after the command', async () => {
    expect((await runCommand(['plan', '--json', '--timing'], context())).stderr).toBe('elapsed 123 ms\n');
    expect((await runCommand(['--timing', 'plan', '--json'], context())).stderr).toBe('elapsed 123 ms\n');
  });
});

describe('errors', () => {
  test('an unknown provider names the known ones before anything is connected or started', async () => {
    const run = await runCommand(['enqueue', '--providers', 'openai,grok,llama'], context());
    expect(run).toMatchObject({ exitCode: 1, stdout: '', connected: false });
    expect(run.stderr).toBe(
      'error PROVIDER_UNKNOWN: there is no provider "grok", "llama"; known are openai, gemini, anthropic\n',
    );
  });

  test('with --json an error is one document on stderr', async () => {
    const run = await runCommand(['strategy', 'show', 'nothing', '--json'], context());
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(JSON.parse(run.stderr)).toEqual({
      error: {
        code: 'STRATEGY_NOT_FOUND',
        message: 'no strategy is called "nothing"',
        details: { reference: 'nothing', known: ['dreman-contrarian'] },
      },
    });
  });

  test('a strategy file’s mistakes are all listed with their paths', async () => {
    const run = await runCommand(['strategy', 'add', 'bad.json'], context());
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain(
      'error STRATEGY_INVALID: bad.json has 2 mistakes:\n  slug: is missing\n  providers.0.mode',
    );
  });

  test('an unreadable strategy file is named', async () => {
    const readFile = async () => Promise.reject(new Error('ENOENT: no such file'));
    const run = await runCommand(['strategy', 'add', 'gone.json'], context(), { readFile });
    expect(run.stderr).toContain('error INPUT_INVALID: cannot read gone.json: ENOENT: no such file');
  });

  test.each([
    [['plann'], "unknown command 'plann'"],
    [['plan', '--jsno'], "unknown option '--jsno'"],
    [['artifacts'], "missing required argument 'task'"],
    [['orders', '--limit', '0'], '--limit is a whole number from 1 to 10000, not "0"'],
    [['orders', '--state', 'lost'], '"lost" is no order state'],
    [['execute', '--ready', '--balance', '-5'], '--balance is dollars such as 100000 or 2500.50, not "-5"'],
    [['execute', '--ready', '--balance', '0'], '--balance is dollars'],
    [['execute'], 'say what to execute'],
    [['clock', 'advance', '2018-02-30'], '"2018-02-30" is not a day'],
  ])('%j is refused without a connection', async (argv, message) => {
    const run = await runCommand(argv, context());
    expect(run).toMatchObject({ exitCode: 1, stdout: '', connected: false });
    expect(run.stderr).toContain(`error INPUT_INVALID: ${message}`);
  });

  test('a failing connection is reported with its remedy', async () => {
    const broken = new Proxy(context(), {
      get() {
        throw new FoliosError('STACK_NOT_RUNNING', 'nothing listens on 127.0.0.1:7233');
      },
    });
    const run = await runCommand(['clock'], broken);
    expect(run.stderr).toContain(
      'error STACK_NOT_RUNNING: nothing listens on 127.0.0.1:7233\nStart folios with `npm start`',
    );
  });

  test('a message cannot drive the terminal', async () => {
    const run = await runCommand(['strategy', 'show', '\u001b[2J\u001b]0;owned\u0007x'], context());
    expect(run.stderr).toContain('error STRATEGY_NOT_FOUND: no strategy is called "x"');
    expect(run.stderr).not.toContain('\u001b');
  });
});

describe('help', () => {
  test('every command has an example', () => {
    const { stream } = collect();
    const io = { stdout: stream, stderr: stream, isTTY: false, readFile: async () => '', elapsedMs: () => 0 };
    const program = createProgram(io, { connect: async () => context(), diagnose: async () => [] });
    const leaves = program.commands.flatMap((one) => (one.commands.length > 0 ? one.commands : [one]));
    expect(leaves.length).toBeGreaterThan(18);
    for (const command of leaves) {
      let help = '';
      command.configureOutput({
        writeOut: (text) => {
          help += text;
        },
      });
      command.outputHelp();
      expect(help).toMatch(/Examples?:\n {2}\$ folios /);
    }
  });

  test('asked for, it succeeds without a connection; a bare call shows it and fails', async () => {
    expect(await runCommand(['enqueue', '--help'], context())).toMatchObject({ exitCode: 0, connected: false });
    expect(await runCommand([], context())).toMatchObject({ exitCode: 1, stdout: '', connected: false });
  });
});
