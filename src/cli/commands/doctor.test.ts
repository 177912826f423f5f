import { expect, test } from '@jest/globals';
import { createFakeContext, emptyWorld } from '../testing/fake-context.ts';
import { runCommand } from '../testing/run-command.ts';
import type { Finding } from './doctor.ts';

const context = createFakeContext(emptyWorld());
const postgres: Finding = { part: 'PostgreSQL', state: 'ok', detail: '18.0, embedded', remedy: null };
const clock: Finding = { part: 'clock', state: 'warning', detail: '+5000 ms', remedy: 'synchronise both clocks' };
const temporal: Finding = { part: 'Temporal', state: 'failed', detail: 'no answer', remedy: '`npm start`' };

test('the doctor shows every part, connects to nothing itself, and is content while none has failed', async () => {
  const { exitCode, stdout, stderr, connected } = await runCommand(['doctor'], context, {}, [postgres, clock]);
  expect({ exitCode, stderr, connected }).toEqual({ exitCode: 0, stderr: '', connected: false });
  expect(stdout).toMatch(/✓ +PostgreSQL +18\.0, embedded/);
  expect(stdout).toMatch(/! +clock +\+5000 ms +synchronise both clocks/);
});

test('a part that failed stands beside the others and makes the command fail', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['doctor', '--json'], context, {}, [postgres, temporal]);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ findings: [postgres, temporal] });
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: 'STACK_NOT_RUNNING', message: '1 part failed: Temporal' },
  });
});
