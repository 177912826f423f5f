import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CrashReport } from './crash-table.ts';
import { PARTS } from './generator.ts';

/** The nine rounds of this seed kill all four parts, and have six kinds of trouble with the broker. */
const EVERYTHING = ['--seed', '21663'];
/** Here orders of one ticket a round are answered so late that they are in doubt, and nothing else goes wrong. */
const DOUBTS = ['--seed', '2', '--only', 'slow-answers'];
const RUN = join(import.meta.dirname, 'run.ts');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folios-order-crash-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A run of the harness in processes of its own; its exit code, its report and what it said. */
async function crash(name: string, ...more: string[]) {
  const file = join(folder, `${name}.json`);
  const args = [RUN, '--rounds', '9', '--json', file, '--logs', folder, ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  return { code, said, report: JSON.parse(await readFile(file, 'utf8')) as CrashReport };
}

describe('random tickets while everything is killed and the broker misbehaves', () => {
  test('every promise is kept: no order twice, none lost, no entry without its stop, all books the same', async () => {
    const { code, said, report } = await crash('as-it-is', ...EVERYTHING);
    expect(Object.keys(report.kills).toSorted()).toEqual([...PARTS].toSorted());
    expect({ broken: report.verdict.filter(({ broken }) => broken.length > 0), said: code === 0 ? '' : said }).toEqual({
      ...{ broken: [], said: '' },
    });
  }, 400_000);

  test('a worker that submits again without a look at the broker is found out by its duplicates', async () => {
    const { code, report } = await crash('planted', ...DOUBTS, '--plant', 'resubmit-without-reconcile');
    const duplicates = report.verdict.find(({ name }) => name.startsWith('duplicates'));
    expect(duplicates?.broken).not.toEqual([]);
    expect(code).toBe(1);
  }, 400_000);
});
