import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const AMBIENT = [
  ...['Date.now()', 'new Date()', 'Date()', 'Math.random()', 'Date.now', "fetch('http://localhost')", 'process.env'],
  ...['performance.now()', 'crypto.randomUUID()', 'globalThis.process'],
];
const PURE = ['new Date(0)', "Date.parse('2020-01-01')", 'Math.max(1, 2)', "new Date('2020-01-01').getTime()"];

describe('the lint rules for replayed code', () => {
  let folder: string;
  let complaints: readonly string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'folios-lint-'));
    await cp(join(ROOT, 'biome.json'), join(folder, 'biome.json'));
    await cp(join(ROOT, 'scripts/lint'), join(folder, 'scripts/lint'), { recursive: true });
    for (const place of ['src/domain', 'workflows/story', 'src/main']) {
      await writeExpressions(join(folder, place), 'ambient', AMBIENT);
      await writeExpressions(join(folder, place), 'pure', PURE);
    }
    await writeExpressions(join(folder, 'src/domain'), 'ambient.test', AMBIENT);
    complaints = await lint(folder);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(AMBIENT.map((expression, index) => [expression, index] as const))(
    'object to %s in domain and workflows, not in main',
    (_, index) => {
      const places = complaints.filter((path) => path.endsWith(`/ambient-${index}.ts`)).map((path) => dirname(path));
      expect([...new Set(places)].sort()).toEqual(['src/domain', 'workflows/story']);
    },
  );

  test('object neither to computing with given times nor to tests', () => {
    expect(complaints.filter((path) => path.includes('pure') || path.includes('.test'))).toEqual([]);
  });
});

async function writeExpressions(folder: string, name: string, expressions: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [index, expression] of expressions.entries()) {
    const [first, kind] = name.split('.');
    const file = kind === undefined ? `${first}-${index}.ts` : `${first}-${index}.${kind}.ts`;
    await writeFile(join(folder, file), `export const value = ${expression};\n`);
  }
}

/** The files that Biome objects to, relative to the folder. */
async function lint(folder: string): Promise<readonly string[]> {
  const program = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  const args = [program, 'lint', '--reporter=json', '--max-diagnostics=none', '--vcs-enabled=false', '.'];
  const { stdout } = await run(process.execPath, args, { cwd: folder, maxBuffer: 50_000_000 }).catch(
    (error: { stdout: string }) => error,
  );
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { location: { path: string | { file: string } } }[] };
  return diagnostics.map(({ location: { path } }) => (typeof path === 'string' ? path : path.file));
}
