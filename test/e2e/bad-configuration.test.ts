import { readdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { environment } from '../factories/environment.ts';
import { type IsolatedEnvironment, isolatedEnvironment, type PortVariable } from './isolated-environment.ts';
import { leftovers } from './leftovers.ts';
import { type ProgramEnd, runFolios, runProgram } from './programs.ts';

const STACK = 'src/main/stack.ts';
const WORKER = 'src/main/worker.ts';
const CLI = 'src/main/cli.ts';
/** Nothing listens on the lowest port. */
const CLOSED = '127.0.0.1:1';
const PATIENCE_MS = 10_000;

let machine: IsolatedEnvironment;
beforeAll(async () => {
  machine = await isolatedEnvironment();
});
afterAll(() => machine?.remove());

function expectRefusal(end: ProgramEnd, code: string, message: RegExp): void {
  expect(end.code).toBe(1);
  expect(end.stderr.split('\n', 1)[0]).toMatch(new RegExp(`^error ${code}: `));
  expect(end.stderr).toMatch(message);
  // One readable message, not a stack.
  expect(end.stderr).not.toMatch(/^\s+at /m);
}

describe('settings that cannot be used', () => {
  test.each([
    [STACK, ['--exit']],
    [WORKER, []],
    [CLI, ['status']],
  ])('%s: a real provider without its key is refused by name, before anything is made', async (entry, args) => {
    const env = { ...machine.env, FOLIOS_OPENAI: 'real', FOLIOS_GEMINI: 'real', GEMINI_API_KEY: '' };
    const end = await runProgram(entry, args, env);
    expectRefusal(end, 'PROVIDER_KEY_MISSING', /openai is configured as real, but OPENAI_API_KEY is not set/);
    expect(end.stderr).toContain('GEMINI_API_KEY is not set');
    expect(await readdir(machine.stateDir)).toEqual([]);
  });

  test.each([STACK, WORKER, 'src/main/emulators.ts', 'src/main/reset.ts'])(
    '%s: every bad variable is named',
    async (entry) => {
      const env = { ...machine.env, FOLIOS_LOG_LEVEL: 'loud', FOLIOS_API_PORT: '99999', FOLIOS_TYPO: '1' };
      const end = await runProgram(entry, [], env);
      expectRefusal(end, 'CONFIG_INVALID', /FOLIOS_LOG_LEVEL="loud": must be one of: trace/);
      expect(end.stderr).toContain('FOLIOS_API_PORT="99999": must be a whole number from 1 to 65535');
      expect(end.stderr).toContain('FOLIOS_TYPO: folios has no variable of this name');
      expect(await readdir(machine.stateDir)).toEqual([]);
    },
  );
});

describe('a port that is taken', () => {
  const busy: Server[] = [];
  const occupy = async (port: number) => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
    busy.push(server);
  };
  const free = () => Promise.all(busy.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));

  test.each<[PortVariable, string]>([
    ['FOLIOS_API_PORT', 'the API'],
    ['FOLIOS_TEMPORAL_PORT', 'Temporal'],
    ['FOLIOS_TEMPORAL_UI_PORT', "Temporal's Web UI"],
    ['FOLIOS_POSTGRES_PORT', 'PostgreSQL'],
    ['FOLIOS_OPENAI_EMULATOR_PORT', 'the openai emulator'],
    ['FOLIOS_ANTHROPIC_EMULATOR_PORT', 'the anthropic emulator'],
    ['FOLIOS_GEMINI_EMULATOR_PORT', 'the gemini emulator'],
    ['FOLIOS_TWS_EMULATOR_PORT', 'the TWS simulator'],
    ['FOLIOS_TWS_CONTROL_PORT', "the TWS simulator's control endpoint"],
  ])('%s: is named with its variable, and nothing is left running', async (variable, purpose) => {
    await occupy(machine.ports[variable]);
    const end = await runProgram(STACK, ['--exit'], machine.env).finally(free);
    expectRefusal(end, 'PORT_IN_USE', new RegExp(`port ${machine.ports[variable]} for ${purpose} .*${variable}`));
    expect(await leftovers(machine.stateDir)).toEqual([]);
  });

  test('several are named at once', async () => {
    const taken = ['FOLIOS_API_PORT', 'FOLIOS_POSTGRES_PORT', 'FOLIOS_GEMINI_EMULATOR_PORT'] as const;
    for (const variable of taken) await occupy(machine.ports[variable]);
    const end = await runProgram(STACK, ['--exit'], machine.env).finally(free);
    for (const variable of taken)
      expectRefusal(end, 'PORT_IN_USE', new RegExp(`${machine.ports[variable]} .*${variable}`));
  });

  test('of the emulators alone is the same error', async () => {
    await occupy(machine.ports.FOLIOS_GEMINI_EMULATOR_PORT);
    const end = await runProgram('src/main/emulators.ts', [], machine.env).finally(free);
    expectRefusal(end, 'PORT_IN_USE', /the gemini emulator .*FOLIOS_GEMINI_EMULATOR_PORT/);
  });
});

describe('servers that do not answer', () => {
  const database = `postgres://folios:secret@${CLOSED}/folios`;

  test.each([
    [CLI, ['status']],
    [CLI, ['enqueue', '--strategy', 'dreman-contrarian']],
    [WORKER, []],
  ])('%s %j: an unreachable Temporal is named with its address within 10 s', async (entry, args) => {
    const end = await runProgram(entry, args, { ...machine.env, DATABASE_URL: database, TEMPORAL_ADDRESS: CLOSED });
    expectRefusal(end, 'TEMPORAL_UNREACHABLE', /127\.0\.0\.1:1 .*ECONNREFUSED.*check TEMPORAL_ADDRESS/);
    expect(end.tookMs).toBeLessThan(PATIENCE_MS);
  });

  test.each([
    [CLI, ['status']],
    [CLI, ['execute', '--ready']],
    [WORKER, []],
  ])('%s %j: an unreachable database is an error within 10 s that does not tell its password', async (entry, args) => {
    const env = {
      ...machine.env,
      DATABASE_URL: database,
      TEMPORAL_ADDRESS: environment('FOLIOS_TEST_TEMPORAL_ADDRESS'),
    };
    const end = await runProgram(entry, args, env);
    expectRefusal(end, 'DATABASE_UNREACHABLE', /ECONNREFUSED.*check DATABASE_URL/s);
    expect(end.stderr + end.stdout).not.toContain('secret');
    expect(end.tookMs).toBeLessThan(PATIENCE_MS);
  });

  test('a command before the first start says how to start', async () => {
    expectRefusal(await runFolios(machine.env, 'plan'), 'STACK_NOT_RUNNING', /npm start/);
  });

  test('with --json the error is one document on stderr, and stdout stays empty', async () => {
    const { code, stdout, stderr } = await runFolios(
      { ...machine.env, TEMPORAL_ADDRESS: CLOSED, DATABASE_URL: database },
      'plan',
      '--json',
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TEMPORAL_UNREACHABLE' } });
  });
});
