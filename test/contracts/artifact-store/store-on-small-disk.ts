/**
 * Run by file-store.test.ts as a program of its own, with its first argument the artifact folder on a file system of
 * 64 kB that only this process sees. Prints as JSON what a store there does.
 */
import { execFileSync } from 'node:child_process';
import { createFileArtifactStore } from '../../../src/adapters/file-store/artifact-store.ts';
import { errorCodeOf } from '../../../src/contracts/errors.ts';
import { listFiles } from './listed-folder.ts';

const [rootDir = ''] = process.argv.slice(2);
const store = createFileArtifactStore({ rootDir });
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error) => errorCodeOf(error) ?? String(error),
  );
const bytes = (size: number) => new Uint8Array(size).fill(7);

const small = await store.put('small', bytes(100), 'text/plain');
const putTooLarge = await codeOf(store.put('large', bytes(100_000), 'text/plain'));
const filesAfterwards = await listFiles(rootDir);
const scratchAfterwards = await listFiles(`${rootDir}/.scratch`);
const smallPutAfterwards = await codeOf(store.put('small-2', bytes(200), 'text/plain'));
const fill = (i: number) => store.put(`fill-${i}`, new Uint8Array(4096).fill(i), 'text/plain');
for (let i = 0; (await codeOf(fill(i))) === 'ok'; i += 1);
const checkWhenFull = await codeOf(store.check());

execFileSync('mount', ['-o', 'remount,bind,ro', rootDir]);
const putReadOnly = await codeOf(store.put('more', bytes(10), 'text/plain'));
const checkReadOnly = await codeOf(store.check());
const getReadOnly = await codeOf(store.get(small));
console.log(
  JSON.stringify({
    putTooLarge,
    filesAfterwards,
    scratchAfterwards,
    smallPutAfterwards,
    checkWhenFull,
    putReadOnly,
    checkReadOnly,
    getReadOnly,
  }),
);
