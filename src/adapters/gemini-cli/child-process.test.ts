import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ChildCommand, runChild } from './child-process.ts';

let outputDir: string;
beforeAll(async () => {
  outputDir = await mkdtemp(join(tmpdir(), 'folios-child-test-'));
});
afterAll(() => rm(outputDir, { recursive: true }));

function command(script: string, more: Partial<ChildCommand> = {}): ChildCommand {
  const limits = { timeoutMs: 10_000, maxOutputBytes: 100_000 };
  return { file: process.execPath, args: ['-e', script], cwd: '/', env: {}, input: '', outputDir, ...limits, ...more };
}

/** A killed process that nobody has waited for yet is still listed, as a zombie. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') X');
  return !/\) [ZX]/.test(status);
}

/** Starts a grandchild that would outlive its parent, and prints its process id. */
const FAMILY = `
  const { spawn } = require('node:child_process');
  const grandchild = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'inherit' });
  process.stdout.write(String(grandchild.pid));
  setTimeout(() => {}, 60000);`;

describe('a child process', () => {
  test('gets its input whole and sees nothing of our environment', async () => {
    const script = `let n = 0; process.stdin.on('data', (c) => (n += c.length));
      process.stdin.on('end', () => console.log(n, Object.keys(process.env).join()));`;
    const outcome = await runChild(command(script, { input: 'x'.repeat(300_000), env: { ONLY: '1' } }));
    expect(outcome).toMatchObject({ end: 'exited', exitCode: 0 });
    expect(Buffer.from(outcome.stdout).toString().trim()).toBe('300000 ONLY');
  });

  test('is killed with its whole family when the call is aborted', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 500);
    const outcome = await runChild(command(FAMILY, { signal: controller.signal }));
    expect(outcome).toMatchObject({ end: 'aborted', exitCode: null });
    const grandchild = Number(Buffer.from(outcome.stdout).toString());
    expect(grandchild).toBeGreaterThan(0);
    expect(await isRunning(grandchild)).toBe(false);
  });

  test('is killed when its time is up or it prints too much', async () => {
    expect(await runChild(command(FAMILY, { timeoutMs: 300 }))).toMatchObject({ end: 'timeout' });
    const flood = await runChild(command(`setInterval(() => require('node:fs').writeSync(1, 'x'.repeat(20_000)), 20)`));
    expect(flood.end).toBe('output_limit');
    expect(flood.stdout.byteLength).toBe(0);
  });

  test('that ends without reading its input is no crash of ours', async () => {
    const outcome = await runChild(command('process.exit(7)', { input: 'x'.repeat(1_000_000) }));
    expect(outcome).toMatchObject({ end: 'exited', exitCode: 7 });
  });

  test('that cannot be started, or was aborted before, did not start', async () => {
    expect(await runChild(command('', { file: '/no/such/program' }))).toMatchObject({ end: 'not_started' });
    expect(await runChild(command('', { signal: AbortSignal.abort() }))).toMatchObject({ end: 'not_started' });
  });
});
