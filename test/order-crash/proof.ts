import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CrashReport } from './crash-table.ts';

/** Kills of all four parts, and a broker that answers a submit only after we have given up waiting for it. */
const SEED = '20365';
const ROUNDS = '9';
const RUN = join(import.meta.dirname, 'run.ts');

/**
 * `npm run crash:proof`: the same seed twice side by side, with our code as it is and with a worker that submits again
 * without a look at the broker. Ends with 1 unless the first keeps every promise and the second is found out.
 */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'folios-crash-proof-'));
  try {
    // Both wait nearly all of their time, so that they fit beside each other.
    const [sound, planted] = await Promise.all([
      crash(join(folder, 'sound.json')),
      crash(join(folder, 'planted.json'), '--plant', 'resubmit-without-reconcile'),
    ]);
    const isSound = sound.verdict.every(({ broken }) => broken.length === 0);
    const duplicates = planted.verdict.find(({ name }) => name.startsWith('duplicates'))?.broken.length ?? 0;
    process.stdout.write(
      `as it is: ${isSound ? 'every promise kept' : 'BROKEN'}; with the planted bug: ${duplicates} duplicates\n`,
    );
    process.exitCode = isSound && duplicates > 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function crash(file: string, ...more: string[]): Promise<CrashReport> {
  const args = [RUN, '--rounds', ROUNDS, '--seed', SEED, '--json', file, ...more];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  await new Promise((resolve) => child.once('exit', resolve));
  return JSON.parse(await readFile(file, 'utf8')) as CrashReport;
}

await main();
