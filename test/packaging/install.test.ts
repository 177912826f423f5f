import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const BOOTSTRAP = join(ROOT, 'scripts/bootstrap.js');
const FILE_LOCK = JSON.stringify(join(ROOT, 'scripts/file-lock.js'));

type Dependencies = Readonly<Record<string, string>>;
interface Manifest {
  readonly version?: string;
  readonly dependencies?: Dependencies;
  readonly devDependencies?: Dependencies;
  readonly optionalDependencies?: Dependencies;
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as T;
}

describe('package-lock.json', () => {
  const { packages } = readJson<{ packages: Readonly<Record<string, Manifest>> }>('package-lock.json');
  const manifest = readJson<Manifest>('package.json');

  test('agrees with package.json, whose versions are exact', () => {
    expect(packages['']?.dependencies).toEqual(manifest.dependencies);
    expect(packages['']?.devDependencies).toEqual(manifest.devDependencies);
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  test('holds the packages of other platforms too, without which `npm ci` refuses it (scripts/complete-lock.js)', () => {
    const asked = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.entries(optionalDependencies),
    );
    const exact = asked.filter(([, version]) => /^\d+\.\d+\.\d+/.test(version)).map(([name]) => name);
    expect(exact.length).toBeGreaterThan(20);
    expect(exact.filter((name) => !(`node_modules/${name}` in packages))).toEqual([]);
  });
});

describe('starting', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'folios-start-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('hands arguments, exit code and signals to the program, which runs on Node 24', async () => {
    const entry = join(folder, 'entry.ts');
    await writeFile(
      entry,
      `const kept: string[] = [process.versions.node.split('.')[0]!, ...process.argv.slice(2)];
      process.once('SIGTERM', () => process.exit(7));
      console.log(JSON.stringify(kept));
      setInterval(() => undefined, 1000);`,
    );
    const child = spawn(process.execPath, [BOOTSTRAP, entry, '--exit', 'a b'], { cwd: ROOT, stdio: 'pipe' });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    expect(JSON.parse(line.toString())).toEqual(['24', '--exit', 'a b']);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([7, null]);
  });

  test('work under one lock file never overlaps between processes, and a killed holder does not stop the next', async () => {
    const lock = JSON.stringify(join(folder, 'work.lock'));
    const journal = join(folder, 'journal');
    const script = `
      import { appendFileSync } from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      const { withFileLock } = await import(${FILE_LOCK});
      await withFileLock(${lock}, async () => {
        appendFileSync(${JSON.stringify(journal)}, 'in ');
        await sleep(process.argv[1] === 'forever' ? 60_000 : 100);
        appendFileSync(${JSON.stringify(journal)}, 'out ');
      });`;
    const args = ['--input-type=module', '-e', script];
    const killed = spawn(process.execPath, [...args, 'forever'], { stdio: 'ignore' });
    while ((await readFile(journal, 'utf8').catch(() => '')) === '') await new Promise((next) => setTimeout(next, 20));
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    await Promise.all([1, 2, 3].map(() => run(process.execPath, args)));
    expect(await readFile(journal, 'utf8')).toBe('in in out in out in out ');
  });
});
