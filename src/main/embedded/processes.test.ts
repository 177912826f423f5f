import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isAlive, processStartedAt } from './process-identity.ts';
import { adoptProcess, claimStateDirectory, endAll, endLeftovers, listRunning, runDirectory } from './processes.ts';

describe('processes of a state directory', () => {
  let stateDir: string;
  const children: ChildProcess[] = [];
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);

  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'folios-processes-'));
    lines.length = 0;
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(stateDir, { recursive: true, force: true });
  });

  async function sleeper(): Promise<ChildProcess & { pid: number }> {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    children.push(child);
    await once(child, 'spawn');
    return child as ChildProcess & { pid: number };
  }

  /** A record as a killed predecessor leaves it: its owner is a process that ended. */
  async function leaveRecord(name: string, pid: number, startedAt: string | null): Promise<void> {
    const owner = await sleeper();
    const ownerStart = await processStartedAt(owner.pid);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const record = { name, pid, startedAt, endSignal: 'SIGTERM', owner: { pid: owner.pid, startedAt: ownerStart } };
    await writeFile(join(runDirectory(stateDir), `${name}.json`), JSON.stringify(record));
  }

  test('a second start is refused while the first lives, and accepted after it gave the directory back', async () => {
    const first = await claimStateDirectory(stateDir, log);
    await expect(claimStateDirectory(stateDir, log)).rejects.toMatchObject({ code: 'STATE_IN_USE' });
    await first.release();
    await (await claimStateDirectory(stateDir, log)).release();
    expect(await readdir(runDirectory(stateDir))).toEqual([]);
  });

  test('what a killed owner left behind is ended at the next start', async () => {
    await (await claimStateDirectory(stateDir, log)).release();
    const left = await sleeper();
    await leaveRecord('temporal', left.pid, await processStartedAt(left.pid));
    const claim = await claimStateDirectory(stateDir, log);
    expect(left.signalCode ?? (await once(left, 'exit'))[1]).toBe('SIGTERM');
    expect(lines.join()).toContain(`temporal (process ${left.pid})`);
    await claim.release();
  });

  test('a process that only has the same id as a record is never touched', async () => {
    await (await claimStateDirectory(stateDir, log)).release();
    const stranger = await sleeper();
    await leaveRecord('temporal', stranger.pid, 'another start');
    await endAll(stateDir, log);
    expect(isAlive(stranger.pid)).toBe(true);
    expect(await readdir(runDirectory(stateDir))).toEqual([]);
  });

  test('children of a living owner are left alone until everything is to end', async () => {
    const child = await sleeper();
    await adoptProcess(stateDir, { name: 'temporal', pid: child.pid, endSignal: 'SIGTERM' });
    await endLeftovers(stateDir, log);
    expect(await listRunning(stateDir)).toMatchObject([{ name: 'temporal', pid: child.pid }]);
    await endAll(stateDir, log);
    expect(await listRunning(stateDir)).toEqual([]);
  });

  test('a damaged record does not stop a start', async () => {
    await (await claimStateDirectory(stateDir, log)).release();
    await writeFile(join(runDirectory(stateDir), 'temporal.json'), '{"pid": 1');
    await (await claimStateDirectory(stateDir, log)).release();
  });

  test('an adopted child ends soon after its owner was killed', async () => {
    const child = await sleeper();
    const owner = spawn(
      process.execPath,
      ['--input-type=module', '-e', ownerScript(stateDir, child.pid), import.meta.resolve('./processes.ts')],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH } },
    );
    children.push(owner);
    await once(owner.stdout, 'data');
    expect(isAlive(child.pid)).toBe(true);
    owner.kill('SIGKILL');
    await Promise.race([once(child, 'exit'), sleep(5_000, undefined, { ref: false })]);
    expect(child.signalCode).toBe('SIGTERM');
  });
});

function ownerScript(stateDir: string, pid: number): string {
  return `
    const { adoptProcess } = await import(process.argv[1]);
    await adoptProcess(${JSON.stringify(stateDir)}, { name: 'child', pid: ${pid}, endSignal: 'SIGTERM' });
    console.log('adopted');
    setInterval(() => undefined, 1000);
  `;
}
