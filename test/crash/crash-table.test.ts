import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildWorkflowBundle } from '../../src/main/workflow-bundle.ts';
import { ROOT } from '../factories/research-harness.ts';
import { CRASH_CASES, type CrashCase, expectedSeconds, NEGATIVE_CONTROL } from './cases.ts';
import { crashTable } from './crash-table.ts';
import { type CrashResult, type Lane, openLane } from './lane.ts';

/** Rows wait for Temporal's time-outs nearly all of their time, so that many lanes fit on few cores. */
const LANES = 10;
const WHOLE_TABLE_TIMEOUT_MS = 25 * 60_000;
const TABLE_FILE = join(tmpdir(), 'folios-crash-table.md');

describe('a worker killed with SIGKILL at every boundary of a provider job', () => {
  const results = new Map<string, CrashResult>();
  const lanes: Lane[] = [];
  let folder: string;
  let seconds = 0;

  async function workThrough(queue: CrashCase[], workflowBundle: string): Promise<void> {
    try {
      const lane = await openLane(workflowBundle);
      lanes.push(lane);
      for (let row = queue.shift(); row; row = queue.shift()) results.set(row.id, await lane.run(row));
    } catch (error) {
      // A lane that cannot go on leaves a hole in the table: the others need not finish theirs.
      queue.length = 0;
      throw error;
    }
  }

  beforeAll(async () => {
    const startedMs = performance.now();
    folder = await mkdtemp(join(tmpdir(), 'folios-crash-bundle-'));
    const workflowBundle = join(folder, 'workflows.js');
    await writeFile(workflowBundle, (await buildWorkflowBundle(ROOT)).code);
    const queue = [NEGATIVE_CONTROL, ...CRASH_CASES].sort((a, b) => expectedSeconds(b) - expectedSeconds(a));
    const endings = await Promise.allSettled(Array.from({ length: LANES }, () => workThrough(queue, workflowBundle)));
    const failure = endings.find((ending) => ending.status === 'rejected');
    if (failure) throw failure.reason;
    seconds = (performance.now() - startedMs) / 1000;
  }, WHOLE_TABLE_TIMEOUT_MS);

  afterAll(async () => {
    const rows = CRASH_CASES.map(({ id }) => results.get(id)).filter((one) => one !== undefined);
    const table = `${crashTable(rows)}\n`;
    await writeFile(TABLE_FILE, table);
    const kills = rows.filter(({ row }) => row.kill).length;
    process.stdout.write(
      `\n${table}\n${rows.length} rows, ${kills} kills, ${seconds.toFixed(0)} s in ${LANES} lanes; written to ${TABLE_FILE}\n`,
    );
    await Promise.all(lanes.map((lane) => lane.close()));
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const resultOf = ({ id }: CrashCase): CrashResult => {
    const result = results.get(id);
    if (!result) throw new Error(`${id} did not run`);
    return result;
  };

  test.each(CRASH_CASES)('$id: one job a question, one answer used, orders executed once', (row) => {
    const { violations, workerOutput } = resultOf(row);
    expect(violations.length === 0 ? [] : [...violations, workerOutput]).toEqual([]);
  });

  test('would be noticed if the worker could not find its batch again: two batches at the provider', () => {
    expect(resultOf(NEGATIVE_CONTROL).violations).toEqual(['batches at the provider: 2, not 1']);
  });
});
