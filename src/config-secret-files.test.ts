import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadConfig } from './config.ts';
import { SECRET_NAMES } from './config-secret-files.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'folios-secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function problemsOf(env: Record<string, string>): string {
  try {
    loadConfig(env);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

const KEY = Buffer.alloc(32, 9).toString('base64');

describe('a secret may be given as a file', () => {
  test('with or without a line break at its end, and gives the same as in the environment', () => {
    const direct = loadConfig({ FOLIOS_ENCRYPTION_KEY: KEY });
    for (const text of [KEY, `${KEY}\n`, `${KEY}\r\n`]) {
      const config = loadConfig({ FOLIOS_ENCRYPTION_KEY_FILE: file('key', text) });
      expect(config.encryptionKeys.map(({ id }) => id)).toEqual(direct.encryptionKeys.map(({ id }) => id));
      expect(config.warnings).toEqual([]);
    }
  });

  test('every secret of the table can, and Temporal’s own API key', () => {
    expect(SECRET_NAMES).toEqual(expect.arrayContaining(['OPENAI_API_KEY', 'DATABASE_URL', 'FOLIOS_ENCRYPTION_KEY']));
    const config = loadConfig({ TEMPORAL_API_KEY_FILE: file('temporal', 'abc\n'), TEMPORAL_ADDRESS: 'a.example:7233' });
    expect(config.temporal.environment.reveal()).toMatchObject({ TEMPORAL_API_KEY: 'abc' });
  });

  test('that others can read is used, with a warning that names the variable and not the secret', () => {
    const config = loadConfig({ OPENAI_API_KEY_FILE: file('shared', 'sk-canary', 0o644), FOLIOS_OPENAI: 'real' });
    expect(config.providers.openai.apiKey.reveal()).toBe('sk-canary');
    expect(config.warnings).toEqual(['OPENAI_API_KEY_FILE: other users of this machine can read the file']);
    expect(JSON.stringify(config)).not.toContain('sk-canary');
  });

  test('and not in both ways at once', () => {
    const path = file('both', KEY);
    expect(problemsOf({ FOLIOS_ENCRYPTION_KEY: KEY, FOLIOS_ENCRYPTION_KEY_FILE: path })).toContain(
      'FOLIOS_ENCRYPTION_KEY and FOLIOS_ENCRYPTION_KEY_FILE: set one of them',
    );
  });

  test.each([
    ['missing', () => join(folder, 'nowhere'), /cannot be read \(ENOENT\)/],
    ['empty', () => file('empty', '\n'), /is empty/],
    ['a folder', () => folder, /is not a file/],
    ['too large', () => file('large', 'x'.repeat(64_001)), /more than 64000 bytes/],
  ])('a file that is %s is named', (_what, path, problem) => {
    expect(problemsOf({ FOLIOS_ENCRYPTION_KEY_FILE: path() })).toMatch(problem);
  });

  test('a file with something else than the secret is refused without showing it', () => {
    const message = problemsOf({ FOLIOS_ENCRYPTION_KEY_FILE: file('odd', 'not-a-key-but-secret') });
    expect(message).toContain('FOLIOS_ENCRYPTION_KEY: must be 32 bytes');
    expect(message).not.toContain('not-a-key-but-secret');
  });

  test('what is no secret has no file', () => {
    expect(problemsOf({ FOLIOS_HOST_FILE: file('host', '127.0.0.1') })).toContain('no variable of this name');
  });
});
