import { execFile } from 'node:child_process';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { listRunning } from '../../src/main/embedded/processes.ts';
import { hasPrivateTmpfs, onPrivateTmpfs } from '../contracts/artifact-store/private-tmpfs.ts';
import { type ControlledEmulators, controlEmulators } from '../factories/emulator-control.ts';
import { waitFor } from '../factories/wait-for.ts';
import { createTestDatabase } from '../integration/postgres.ts';
import { type IsolatedEnvironment, isolatedEnvironment } from './isolated-environment.ts';
import { leftovers } from './leftovers.ts';
import { printedAccounts, printedReport } from './printed-report.ts';
import { foliosJson, type RunningProgram, runFolios, runProgram, startProgram, startStack } from './programs.ts';

const STACK = 'src/main/stack.ts';

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
}, 60_000);

async function machineWith(settings: Record<string, string>): Promise<IsolatedEnvironment> {
  const machine = await isolatedEnvironment(settings);
  undo.push(machine.remove);
  return machine;
}

function ending(program: RunningProgram): RunningProgram {
  undo.push(() => program.end('SIGKILL'));
  return program;
}

/** How often each provider was asked, and so paid. */
async function timesAsked(emulators: ControlledEmulators): Promise<Record<string, number>> {
  const openai = (await emulators.state('openai')).batches.length;
  const gemini = (await emulators.state('gemini')).directCallCount;
  const anthropic = (await emulators.state('anthropic')).directCallCount;
  return { openai, gemini, anthropic };
}

const EACH_ONCE = { openai: 1, gemini: 1, anthropic: 1 };

describe('an artifact store that takes no writes', () => {
  test('from the start makes the run wait, says why, and lets it go on by itself when it is writable', async () => {
    const { env, stateDir, ports, emulators } = await machineWith({ FOLIOS_EMULATOR_LATENCY_MS: '300' });
    const store = join(stateDir, 'artifacts');
    await symlink('/sys/kernel', store); // Takes no files from anybody, root included.
    const stack = ending(startProgram(STACK, [], env));
    await stack.waitFor(/OpenAI .*pending[\s\S]*ARTIFACT_STORE_READ_ONLY: the artifact folder/);
    const { stdout } = await runFolios(env, 'status');
    expect(stdout).toMatch(/^Needs you\n {2}! 3 tasks cannot go on, ARTIFACT_STORE_READ_ONLY: the artifact folder/);
    expect(stdout.replace(/\s+/g, ' ')).toContain('Make the artifact store writable; the run goes on by itself');
    expect(await timesAsked(controlEmulators({ urls: emulators }))).toEqual({ openai: 0, gemini: 0, anthropic: 0 });
    const health = await fetch(`http://127.0.0.1:${ports.FOLIOS_API_PORT}/api/health`);
    expect(await health.json()).toMatchObject({ status: 'unhealthy' });

    await rm(store);
    await stack.waitFor(/folios is up/);
    expect(printedAccounts(printedReport(stack.output()))).toHaveLength(3);
    expect(await timesAsked(controlEmulators({ urls: emulators }))).toEqual(EACH_ONCE);
    expect((await stack.end()).code).toBe(0);
  }, 120_000);

  if (hasPrivateTmpfs()) {
    test('because it is full when the answers come, loses none and pays for none twice', async () => {
      const database = await createTestDatabase({ migrated: false });
      undo.push(database.drop);
      const settings = { FOLIOS_EMULATOR_LATENCY_MS: '600000', DATABASE_URL: database.url };
      const { env, stateDir, emulators: urls } = await machineWith(settings);
      const store = join(stateDir, 'artifacts');
      await mkdir(store);
      const stack = ending(startProgram(STACK, [], env, (command) => onPrivateTmpfs(store, 256, command)));
      const inside = (...command: string[]) => promisify(execFile)('nsenter', [...namespacesOf(stack.pid), ...command]);
      const emulators = controlEmulators({ urls });
      await stack.waitFor(/✓ emulators/);
      for (const provider of ['gemini', 'anthropic'] as const) {
        await emulators.setLatency(provider, { directLatencyMs: 4_000 });
      }
      await waitFor('every provider is asked', async () => {
        const asked = ['openai', 'gemini', 'anthropic'] as const;
        const states = await Promise.all(asked.map((provider) => emulators.state(provider)));
        return states.every(({ calls }) => (calls.create ?? 0) + (calls.direct ?? 0) > 0);
      });
      const filler = join(store, 'filler');
      // Ends with an error of its own: it takes all the space there is.
      await inside('dd', 'if=/dev/zero', `of=${filler}`, 'bs=1k').catch(() => undefined);
      await emulators.setLatency('openai', { latencyMs: 100, openBatches: true });
      await waitFor('the full store is reported', async () => {
        const { stdout } = await runFolios(env, 'status');
        return stdout.includes('ARTIFACT_STORE_FULL');
      });
      await waitFor('the direct calls are answered', async () => (await timesAsked(emulators)).anthropic === 1);

      await inside('rm', filler);
      await stack.waitFor(/folios is up/, 90_000);
      expect(printedAccounts(printedReport(stack.output()))).toHaveLength(3);
      expect(await timesAsked(emulators)).toEqual(EACH_ONCE);
      expect((await stack.end()).code).toBe(0);
    }, 180_000);
  }
});

function namespacesOf(pid: number): string[] {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials'];
  return ['--target', String(pid), '--mount', ...user];
}

describe('a server that dies under the running service', () => {
  test.each([
    ['temporal', 'TEMPORAL_UNAVAILABLE', 'Temporal'],
    ['postgres', 'DATABASE_UNAVAILABLE', 'PostgreSQL'],
  ])(
    '%s: the service names it and stops with an error, and the next start goes on',
    async (part, code, title) => {
      const { env, stateDir } = await machineWith({ FOLIOS_EMULATOR_LATENCY_MS: '300' });
      const stack = ending(await startStack(env));
      const { tasks } = await foliosJson<{ tasks: unknown[] }>(env, 'status');
      const victim = (await listRunning(stateDir)).find(({ name }) => name === part);
      process.kill(victim?.pid ?? Number.NaN, 'SIGKILL');
      const end = await stack.ended;
      expect(end.code).toBe(1);
      expect(end.stderr).toMatch(
        new RegExp(`^error ${code}: ${title} \\(process ${victim?.pid}\\) ended without being asked`),
      );
      expect(end.stderr.trim().split('\n').length).toBeLessThan(5);
      expect(await leftovers(stateDir, 5_000)).toEqual([]);

      const next = await runProgram(STACK, ['--exit'], env);
      expect({ code: next.code, stderr: next.stderr }).toEqual({ code: 0, stderr: '' });
      expect(printedReport(next.stdout)).toBe(printedReport(end.stdout));
      expect(tasks).toHaveLength(3);
    },
    120_000,
  );
});
