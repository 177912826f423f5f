import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { ArtifactStore } from '../../../src/ports/artifact-store.ts';

/** A store and the folder where its content can be seen, listed and damaged behind its back. */
export interface ArtifactStoreFixture {
  readonly store: () => ArtifactStore;
  /** Everything under its readable names and `objects/`, relative, sorted. */
  readonly listFiles: () => Promise<readonly string[]>;
  readonly readFile: (name: string) => Promise<Uint8Array>;
  readonly overwriteFile: (name: string, bytes: Uint8Array) => Promise<void>;
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const objectOf = (bytes: Uint8Array): string => `objects/${sha256Of(bytes).slice(0, 2)}/${sha256Of(bytes)}`;

/** The numbered cases that every ArtifactStore adapter must pass; each uses paths and content of its own. */
export function describeArtifactStoreConformance(name: string, fixture: ArtifactStoreFixture): void {
  const put = (path: string, bytes: Uint8Array) => fixture.store().put(path, bytes, 'text/plain');

  describe(`${name} conforms to ArtifactStore`, () => {
    test.each([
      ['text', text('What would Dreman buy? Überraschung 📈')],
      ['every byte', Uint8Array.from({ length: 256 }, (_, i) => i)],
      ['nothing', new Uint8Array(0)],
    ])('AS-01 %s comes back as it was put, by its sha256', async (kind, bytes) => {
      const path = `as-01/${kind.replaceAll(' ', '-')}`;
      const ref = await fixture.store().put(path, bytes, 'application/octet-stream');
      expect(ref).toEqual({
        uri: `artifacts/${path}`,
        sha256: sha256Of(bytes),
        bytes: bytes.byteLength,
        mediaType: 'application/octet-stream',
      });
      expect(Buffer.from(await fixture.store().get(ref))).toEqual(Buffer.from(bytes));
    });

    test('AS-02 a person finds the content under its readable name', async () => {
      await put('as-02/task-1/prompt.txt', text('AS-02'));
      expect(Buffer.from(await fixture.readFile('as-02/task-1/prompt.txt')).toString()).toBe('AS-02');
    });

    test('AS-03 putting the same again changes nothing', async () => {
      const first = await put('as-03/prompt.txt', text('AS-03'));
      const before = await fixture.listFiles();
      expect(await put('as-03/prompt.txt', text('AS-03'))).toEqual(first);
      expect(await fixture.listFiles()).toEqual(before);
    });

    test('AS-04 the same bytes under two names are one object', async () => {
      const one = await put('as-04/a.txt', text('AS-04'));
      const other = await put('as-04/b.txt', text('AS-04'));
      expect(other.sha256).toBe(one.sha256);
      const files = await fixture.listFiles();
      expect(files.filter((file) => file.endsWith(one.sha256))).toEqual([objectOf(text('AS-04'))]);
      expect(files).toEqual(expect.arrayContaining(['as-04/a.txt', 'as-04/b.txt']));
    });

    test('AS-05 a name put again names the new bytes, and the old ones stay reachable', async () => {
      const old = await put('as-05/parsed.json', text('AS-05 old'));
      const renewed = await put('as-05/parsed.json', text('AS-05 new'));
      expect(Buffer.from(await fixture.readFile('as-05/parsed.json')).toString()).toBe('AS-05 new');
      expect(Buffer.from(await fixture.store().get(old)).toString()).toBe('AS-05 old');
      expect(Buffer.from(await fixture.store().get(renewed)).toString()).toBe('AS-05 new');
    });

    test.each([
      '',
      '/etc/passwd',
      '..',
      '../outside',
      'as-06/../../outside',
      'as-06/./x',
      'as-06//x',
      'as-06/',
      'as-06/x\0.txt',
      'as-06\\x',
      'as-06/new\nline',
      '.hidden',
      'objects/ab/cd',
      'OBJECTS/ab/cd',
      'as-06/ünicode',
      `as-06/${'x'.repeat(129)}`,
      `as-06${'/xxxxxxxxxxxxxxxxxxx'.repeat(20)}`,
    ])('AS-06 the path %# is refused and nothing is written', async (path) => {
      const before = await fixture.listFiles();
      await expect(put(path, text('AS-06'))).rejects.toMatchObject({ name: 'FoliosError', code: 'INPUT_INVALID' });
      expect(await fixture.listFiles()).toEqual(before);
    });

    test('AS-07 what was never put is ARTIFACT_NOT_FOUND', async () => {
      const ref = { uri: 'artifacts/as-07', sha256: 'a'.repeat(64), bytes: 5, mediaType: 'text/plain' };
      await expect(fixture.store().get(ref)).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
    });

    test.each(['', '../../etc/passwd', 'A'.repeat(64), `${'a'.repeat(63)}/`])(
      'AS-08 a reference with the sha256 %j is INPUT_INVALID',
      async (sha256) => {
        const ref = { uri: 'artifacts/as-08', sha256, bytes: 5, mediaType: 'text/plain' };
        await expect(fixture.store().get(ref)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      },
    );

    test.each([
      ['other bytes', 'AS-09 wrong'],
      ['half of it', 'AS-0'],
      ['more of it', 'AS-09 right and more'],
    ])('AS-09 content that became %s is ARTIFACT_CORRUPT, never handed out', async (kind, damage) => {
      const right = text('AS-09 right');
      const ref = await put(`as-09/${kind.replaceAll(' ', '-')}`, right);
      await fixture.overwriteFile(objectOf(right), text(damage));
      await expect(fixture.store().get(ref)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
      await fixture.overwriteFile(objectOf(right), right);
    });

    test('AS-10 putting the bytes again repairs a truncated object', async () => {
      const bytes = text('AS-10 whole');
      const ref = await put('as-10/x', bytes);
      await fixture.overwriteFile(objectOf(bytes), text('AS'));
      await put('as-10/x', bytes);
      expect(Buffer.from(await fixture.store().get(ref)).toString()).toBe('AS-10 whole');
    });

    test('AS-11 many writers at once, of the same and of other bytes, all succeed', async () => {
      const refs = await Promise.all(
        Array.from({ length: 20 }, (_, i) => put(`as-11/${i % 10}.txt`, text(`AS-11 ${i % 5}`))),
      );
      expect(new Set(refs.map((ref) => ref.sha256)).size).toBe(5);
      for (const ref of refs) expect(sha256Of(await fixture.store().get(ref))).toBe(ref.sha256);
    });

    test('AS-12 ten megabytes come back whole', async () => {
      const bytes = new Uint8Array(10_000_000).map((_, i) => i % 251);
      const ref = await put('as-12/large', bytes);
      expect(sha256Of(await fixture.store().get(ref))).toBe(sha256Of(bytes));
    });

    test('AS-13 check passes on a store that can be written, and leaves nothing behind', async () => {
      const before = await fixture.listFiles();
      await fixture.store().check();
      expect(await fixture.listFiles()).toEqual(before);
    });
  });
}
