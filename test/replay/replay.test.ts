import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { buildWorkflowBundle } from '../../src/main/workflow-bundle.ts';
import { quietTemporal } from '../factories/quiet-temporal.ts';
import { fromPortableJson } from './portable-history.ts';

const ROOT = join(import.meta.dirname, '../..');
const DIRECTORY = join(import.meta.dirname, 'histories');

const files = (await readdir(DIRECTORY)).sort();
let workflowBundle: WorkflowBundleOption;
beforeAll(async () => {
  // Its warnings on the refused histories are what we expect.
  quietTemporal('ERROR');
  workflowBundle = await buildWorkflowBundle(ROOT);
}, 60_000);

const textOf = (file: string) => readFile(join(DIRECTORY, file), 'utf8');
const replay = (text: string) => Worker.runReplayHistory({ workflowBundle }, fromPortableJson(JSON.parse(text)));

/** Every text of a recording, also those inside payloads. */
function textsIn(part: unknown): string[] {
  if (typeof part === 'string') return [part, Buffer.from(part, 'base64').toString('utf8')];
  return typeof part === 'object' && part !== null ? Object.values(part).flatMap(textsIn) : [];
}

describe('a recorded history', () => {
  test.each(files)('%s replays in the present code', async (file) => {
    await expect(replay(await textOf(file))).resolves.toBeUndefined();
  });

  test('is there of every workflow', async () => {
    const index = await readFile(join(ROOT, 'workflows/index.ts'), 'utf8');
    const exported = [...index.matchAll(/^export \{ (\w+) \} from/gm)].map((match) => match[1]);
    expect(index.match(/^export/gm)).toHaveLength(exported.length);
    const recorded = new Set(files.map((file) => file.split('.')[0]));
    expect([...recorded].sort()).toEqual(exported.sort());
  });

  test.each(files)('%s holds nothing of the machine that recorded it, and is small', async (file) => {
    const text = await textOf(file);
    expect(text.length).toBeLessThan(60_000);
    const texts = textsIn(JSON.parse(text));
    expect(texts.filter((one) => /node_modules|file:\/\/|\bat .*\.ts:\d|127\.0\.0\.1|localhost/.test(one))).toEqual([]);
  });
});

describe('a history that the code would not make', () => {
  const mismatch = { name: 'DeterminismViolationError' };

  test('of another workflow is refused', async () => {
    const text = (await textOf('providerJob.json')).replaceAll('"name":"providerJob"', '"name":"executeTicket"');
    await expect(replay(text)).rejects.toMatchObject(mismatch);
  });

  test.each([
    ['providerJob.json', 'awaitJob', 'harvestJob'],
    ['executeTicket.json', 'settleTicket', 'journalTicket'],
    ['planResearch.json', '"name":"researchRun"', '"name":"providerJob"'],
  ])('with another step in %s is refused', async (file, step, other) => {
    const text = await textOf(file);
    expect(text).toContain(step);
    await expect(replay(text.replaceAll(step, other))).rejects.toMatchObject(mismatch);
  });
});
