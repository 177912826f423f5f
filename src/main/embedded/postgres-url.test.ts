import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { embeddedPostgresUrl, socketFolder } from './postgres-url.ts';

test('the embedded server is reached by its socket where there is one, else by its port', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'folios url '));
  try {
    const tcp = 'postgres://folios:secret@127.0.0.1:5433/folios';
    expect(embeddedPostgresUrl(dataDir, 5433, 'secret')).toBe(tcp);
    await writeFile(join(dataDir, '.s.PGSQL.5433'), '');
    expect(embeddedPostgresUrl(dataDir, 5433, 'secret')).toBe(`${tcp}?host=${encodeURIComponent(dataDir)}`);
    expect(embeddedPostgresUrl(dataDir, 5434, 'secret')).not.toContain('host=');
  } finally {
    await rm(dataDir, { recursive: true });
  }
});

test('a path that is too long for a socket has none', () => {
  expect(socketFolder(`/${'a'.repeat(100)}`, 5433)).toBe('');
  expect(socketFolder('/short', 5433)).toBe('/short');
});
