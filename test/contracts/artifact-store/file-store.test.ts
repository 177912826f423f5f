import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFileArtifactStore } from '../../../src/adapters/file-store/artifact-store.ts';
import { linkDurably } from '../../../src/adapters/file-store/durable-files.ts';
import { fileStoreError } from '../../../src/adapters/file-store/store-errors.ts';
import { listFiles } from './listed-folder.ts';
import { hasPrivateTmpfs, onPrivateTmpfs } from './private-tmpfs.ts';

const BYTES = new TextEncoder().encode('content');
const isRoot = process.getuid?.() === 0;
let rootDir: string;

beforeEach(async () => {
  rootDir = await mkdtemp(path.join(tmpdir(), 'folios-files-'));
});
afterEach(() => rm(rootDir, { recursive: true, force: true }));

describe('a folder that cannot take the artifact', () => {
  if (hasPrivateTmpfs()) {
    test('a full disk is FULL, a read-only one READ_ONLY, nothing is half written and reading goes on', async () => {
      const program = path.join(import.meta.dirname, 'store-on-small-disk.ts');
      const [file = '', ...args] = onPrivateTmpfs(rootDir, 64, [process.execPath, program, rootDir]);
      const { stdout } = await promisify(execFile)(file, args);
      expect(JSON.parse(stdout)).toEqual({
        putTooLarge: 'ARTIFACT_STORE_FULL',
        filesAfterwards: [expect.stringMatching(/^objects\/../), 'small'],
        scratchAfterwards: [],
        smallPutAfterwards: 'ok',
        checkWhenFull: 'ARTIFACT_STORE_FULL',
        putReadOnly: 'ARTIFACT_STORE_READ_ONLY',
        checkReadOnly: 'ARTIFACT_STORE_READ_ONLY',
        getReadOnly: 'ok',
      });
    });
  } else {
    test('what Linux says of a full device is FULL', async () => {
      const device = await open('/dev/full', 'w');
      const refusal: unknown = await device.writeFile(BYTES).catch((error: unknown) => error);
      await device.close();
      expect(fileStoreError(refusal, rootDir).code).toBe('ARTIFACT_STORE_FULL');
    });
  }

  test('a place that takes no files from anybody is READ_ONLY', async () => {
    const store = createFileArtifactStore({ rootDir: '/sys/kernel/folios' });
    const refusal = { name: 'FoliosError', code: 'ARTIFACT_STORE_READ_ONLY', message: expect.stringContaining('/sys') };
    await expect(store.put('a', BYTES, 'text/plain')).rejects.toMatchObject(refusal);
    await expect(store.check()).rejects.toMatchObject(refusal);
  });

  test('a place that has room for no folder is UNAVAILABLE', async () => {
    const store = createFileArtifactStore({ rootDir: '/proc/folios/artifacts' });
    await expect(store.put('a', BYTES, 'text/plain')).rejects.toMatchObject({ code: 'ARTIFACT_STORE_UNAVAILABLE' });
  });

  if (!isRoot) {
    test('a folder without the right to write is READ_ONLY', async () => {
      await chmod(rootDir, 0o555);
      const store = createFileArtifactStore({ rootDir });
      await expect(store.put('a', BYTES, 'text/plain')).rejects.toMatchObject({ code: 'ARTIFACT_STORE_READ_ONLY' });
    });
  }

  test('a file in the place of the folder is UNAVAILABLE', async () => {
    await writeFile(path.join(rootDir, 'file'), '');
    const store = createFileArtifactStore({ rootDir: path.join(rootDir, 'file') });
    const refusal = { code: 'ARTIFACT_STORE_UNAVAILABLE', message: expect.stringContaining('ENOTDIR') };
    await expect(store.put('a', BYTES, 'text/plain')).rejects.toMatchObject(refusal);
    await expect(store.check()).rejects.toMatchObject(refusal);
  });

  test('a path through another artifact, or onto a folder, is INPUT_INVALID', async () => {
    const store = createFileArtifactStore({ rootDir });
    await store.put('task/prompt.txt', BYTES, 'text/plain');
    for (const conflict of ['task', 'task/prompt.txt/more']) {
      await expect(store.put(conflict, BYTES, 'text/plain')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    }
  });
});

describe('files as they lie', () => {
  test('the readable name is a link to the object, and neither can be edited by accident', async () => {
    const { sha256 } = await createFileArtifactStore({ rootDir }).put('task/prompt.txt', BYTES, 'text/plain');
    const name = await stat(path.join(rootDir, 'task/prompt.txt'));
    const object = await stat(path.join(rootDir, 'objects', sha256.slice(0, 2), sha256));
    expect(name.ino).toBe(object.ino);
    expect(name.mode & 0o777).toBe(0o444);
  });

  test('no scratch file is left after a link is renamed over itself, one after another or at once', async () => {
    const store = createFileArtifactStore({ rootDir });
    for (let round = 0; round < 3; round += 1) await store.put('one', BYTES, 'text/plain');
    expect(await readdir(path.join(rootDir, '.scratch'))).toEqual([]);
    for (let round = 0; round < 20; round += 1) {
      const bytes = new TextEncoder().encode(`content ${round}`);
      await Promise.all(Array.from({ length: 10 }, () => store.put('same', bytes, 'text/plain')));
    }
    expect(await readdir(path.join(rootDir, '.scratch'))).toEqual([]);
  });

  test('check removes what a killed process left an hour ago, and nothing younger', async () => {
    const scratch = path.join(rootDir, '.scratch');
    await mkdir(scratch);
    for (const name of ['old', 'young']) await writeFile(path.join(scratch, name), '');
    const twoHoursAgo = Date.now() / 1000 - 7200;
    await utimes(path.join(scratch, 'old'), twoHoursAgo, twoHoursAgo);
    await createFileArtifactStore({ rootDir }).check();
    expect(await readdir(scratch)).toEqual(['young']);
  });

  test('a store whose folder was removed meanwhile makes it again', async () => {
    const store = createFileArtifactStore({ rootDir });
    await store.put('a', BYTES, 'text/plain');
    await rm(rootDir, { recursive: true });
    await store.put('b', BYTES, 'text/plain');
    expect(await listFiles(rootDir)).toContain('b');
  });

  test('where two places cannot be linked, the link says so instead of failing', async () => {
    expect(await linkDurably('/proc/version', path.join(rootDir, 'name'), rootDir)).toBe(false);
    expect(await readdir(rootDir)).toEqual([]);
  });
});
