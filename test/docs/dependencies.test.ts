import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');

interface Manifest {
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const manifest = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Manifest;

describe('the dependencies in docs/ARCHITECTURE.md', () => {
  test('are those of package.json, each with the licence that the installed package names', () => {
    const { dependencies, devDependencies } = manifest('package.json');
    const installed = Object.keys({ ...dependencies, ...devDependencies }).map((name): [string, string | undefined] => [
      name,
      manifest(`node_modules/${name}/package.json`).license,
    ]);
    const chapter = readFileSync(join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8').split('\n## Dependencies\n')[1] ?? '';
    const listed = [...chapter.matchAll(/^\| `([^`]+)` *\| ([^|]+) \| *\w[^|]+\|$/gm)].map(([, name, licence]) => [
      name,
      licence?.trim(),
    ]);
    expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(installed));
  });
});
