import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');

test('the generated client has the types of the routes as they are', async () => {
  const script = resolve(ROOT, 'scripts/generate-api-client.ts');
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  const { stderr } = await promisify(execFile)(process.execPath, [script, '--check'], { cwd: ROOT, env });
  expect(stderr).not.toContain('out of date');
}, 60_000);
