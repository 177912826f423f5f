import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { mergeLineCoverage } from '../line-coverage.ts';

test('a line counts as covered if any part of the tests ran it, and once however many statements it has', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'folios-coverage-'));
  const report = async (part: string, file: string, hits: readonly (readonly [line: number, count: number])[]) => {
    await mkdir(join(folder, part), { recursive: true });
    const statementMap = Object.fromEntries(hits.map(([line], id) => [id, { start: { line } }]));
    const s = Object.fromEntries(hits.map(([, count], id) => [id, count]));
    const path = join('/repo', file);
    await writeFile(join(folder, part, 'coverage-final.json'), JSON.stringify({ [path]: { path, statementMap, s } }));
  };
  await report('unit', 'src/domain/a.ts', [
    [1, 1],
    [2, 0],
    [3, 0],
    [3, 2],
  ]);
  await report('suites', 'src/domain/a.ts', [
    [1, 0],
    [2, 5],
    [4, 0],
  ]);
  await mkdir(join(folder, 'half-written'));

  expect(await mergeLineCoverage('/repo', folder, ['src/domain', 'workflows'])).toEqual([
    { folder: 'src/domain', lines: 4, covered: 3 },
    { folder: 'workflows', lines: 0, covered: 0 },
  ]);
  await rm(folder, { recursive: true, force: true });
});
