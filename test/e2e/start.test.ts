import { access } from 'node:fs/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { dec } from '../../src/domain/money/decimal.ts';
import { listRunning } from '../../src/main/embedded/processes.ts';
import { controlEmulators } from '../factories/emulator-control.ts';
import { type IsolatedEnvironment, isolatedEnvironment } from './isolated-environment.ts';
import { leftovers } from './leftovers.ts';
import { printedAccounts, printedReport } from './printed-report.ts';
import { foliosJson, type RunningProgram, runProgram, startProgram, startStack } from './programs.ts';
import { hasTerminal, inTerminal } from './terminal.ts';

const STACK = 'src/main/stack.ts';
const STOP_LIMIT_MS = 20_000;

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

async function machine(overrides: Record<string, string> = {}): Promise<IsolatedEnvironment> {
  const environment = await isolatedEnvironment(overrides);
  undo.push(environment.remove);
  return environment;
}

/** Whatever a failing test leaves running is ended with it. */
function ending(program: RunningProgram): RunningProgram {
  undo.push(() => program.end('SIGKILL'));
  return program;
}

test('a fresh start ends with three accounts whose books agree; the next one only reports them; reset removes them', async () => {
  const { env, stateDir, emulators } = await machine({ FOLIOS_EMULATOR_LATENCY_MS: '1500' });
  const first = await runProgram(STACK, ['--exit'], env);
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
  expect(first.tookMs).toBeLessThan(60_000);
  expect(first.stdout.split('\n', 1)[0]).toMatch(/LLM providers are emulated.*prices are replayed.*paper broker/);
  expect(await leftovers(stateDir)).toEqual([]);

  const report = printedReport(first.stdout);
  expect(report).toContain('PAPER, SIMULATED');
  expectBooksToAgree(report);

  const again = ending(await startStack(env));
  expect(again.output()).toContain('already ran in an earlier start');
  expect(printedReport(again.output())).toBe(report);
  const { tasks } = await foliosJson<{ tasks: unknown[] }>(env, 'status');
  expect(tasks).toHaveLength(3);
  const control = controlEmulators({ urls: emulators });
  expect((await control.state('openai')).batches).toHaveLength(1);
  for (const provider of ['gemini', 'anthropic'] as const) {
    expect((await control.state(provider)).directCallCount).toBe(0);
  }

  const beganToStop = performance.now();
  expect((await again.end('SIGINT')).code).toBe(0);
  expect(performance.now() - beganToStop).toBeLessThan(STOP_LIMIT_MS);
  expect(await leftovers(stateDir)).toEqual([]);

  const reset = await runProgram('src/main/reset.ts', [], env);
  expect({ code: reset.code, stdout: reset.stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Removed /),
  });
  await expect(access(stateDir)).rejects.toThrow('ENOENT');
}, 120_000);

test('a run that is stopped, then killed, while a batch is awaited goes on at the next start: one batch, no process left', async () => {
  const { env, stateDir, emulators } = await machine({ FOLIOS_EMULATOR_LATENCY_MS: '600000' });
  const awaiting = /OpenAI.*awaiting results.*provider says/;

  const stopped = ending(startProgram(STACK, ['--exit'], env));
  await stopped.waitFor(awaiting);
  const beganToStop = performance.now();
  const stop = await stopped.end('SIGINT');
  expect(stop).toMatchObject({ code: 130, stdout: expect.stringContaining('the run goes on where it was') });
  expect(performance.now() - beganToStop).toBeLessThan(STOP_LIMIT_MS);
  expect(await leftovers(stateDir)).toEqual([]);

  const killed = ending(startProgram(STACK, ['--exit'], env));
  await killed.waitFor(/goes on where it was: 3 providers[\s\S]*OpenAI.*awaiting results/);
  expect((await killed.end('SIGKILL')).code).toBeNull();
  expect(await leftovers(stateDir, 10_000)).toEqual([]);

  const last = ending(startProgram(STACK, [], env));
  await last.waitFor(/goes on where it was: 3 providers[\s\S]*OpenAI.*awaiting results/);
  const control = controlEmulators({ urls: emulators });
  await control.setLatency('openai', { latencyMs: 100, openBatches: true });
  await last.waitFor(/folios is up/);
  expectBooksToAgree(printedReport(last.output()));
  expect((await control.state('openai')).batches).toHaveLength(1);
  const { tasks } = await foliosJson<{ tasks: { state: string }[] }>(env, 'status');
  expect(tasks.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  expect((await last.end('SIGTERM')).code).toBe(0);
}, 150_000);

if (hasTerminal()) {
  test('Ctrl-C in a terminal stops in good order although the live list restores the cursor, and claims nothing done that is not', async () => {
    const { env, stateDir } = await machine({ FOLIOS_EMULATOR_LATENCY_MS: '600000' });
    const stack = ending(startProgram(STACK, ['--exit'], { ...env, TERM: 'xterm-256color' }, inTerminal));
    await stack.waitFor(/✔ Anthropic +portfolio ticket: \d+ orders filled/);
    const folios = (await listRunning(stateDir)).find(({ name }) => name === 'folios');
    process.kill(folios?.pid ?? Number.NaN, 'SIGINT');
    expect((await stack.ended).code).toBe(130);
    expect(await leftovers(stateDir)).toEqual([]);
    expect(stack.output()).toContain('stopping; the run goes on where it was');
    expect(stack.output()).not.toMatch(/✔ OpenAI/);
  }, 90_000);
}

describe('a provider that fails', () => {
  test('makes the start end with 1 and its reason, and the other two are reported as ever', async () => {
    const { env, emulators } = await machine({ FOLIOS_EMULATOR_LATENCY_MS: '1500' });
    const stack = ending(startProgram(STACK, ['--exit'], env));
    await stack.waitFor(/✓ emulators/);
    await controlEmulators({ urls: emulators }).arm('openai', { on: 'outcome', fault: 'failed' });
    const { code, stdout } = await stack.ended;
    expect(code).toBe(1);
    const report = printedReport(stdout);
    expect(report).toMatch(/✗ FAILED JOB_FAILED: .*Enqueued token limit reached/);
    expect(printedAccounts(report).map(({ provider }) => provider)).toEqual(['Gemini', 'Anthropic']);
  }, 90_000);
});

function expectBooksToAgree(report: string): void {
  const accounts = printedAccounts(report);
  expect(accounts.map(({ provider }) => provider)).toEqual(['OpenAI', 'Gemini', 'Anthropic']);
  for (const { initial, cash, positions, total, ledger, holdings } of accounts) {
    expect(initial).toBe('100000.00');
    expect(holdings.length).toBeGreaterThan(0);
    for (const { quantity, price, value } of holdings) expect(dec(quantity).times(price).toFixed(2)).toBe(value);
    const held = holdings.reduce((sum, one) => sum.plus(dec(one.quantity).times(one.price)), dec(0));
    expect(held.toFixed(2)).toBe(positions);
    expect(dec(cash).plus(held).toFixed(2)).toBe(total);
    expect(ledger).toBe(total);
  }
}
