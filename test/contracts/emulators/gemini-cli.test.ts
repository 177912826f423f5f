import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recommendationAnswerSchema } from '../../../src/contracts/schemas/recommendation.ts';
import type { RunningEmulators } from '../../../src/emulators/start.ts';
import { controlOf, framePrompt, startOnFreePorts } from './running.ts';

const run = promisify(execFile);
const ROOT = new URL('../../../', import.meta.url).pathname;

let emulators: RunningEmulators;
let home: string;

beforeAll(async () => {
  emulators = await startOnFreePorts();
  home = await mkdtemp(join(tmpdir(), 'folios-gemini-cli-'));
  await mkdir(join(home, '.gemini'));
  await mkdir(join(home, 'work'));
  const settings = { security: { auth: { selectedType: 'gemini-api-key' } } };
  await writeFile(join(home, '.gemini', 'settings.json'), JSON.stringify(settings));
});
afterAll(async () => {
  await emulators.close();
  await rm(home, { recursive: true, force: true });
});

test('the real gemini-cli asks the emulator by its streaming call and prints the recommendations', async () => {
  const args = ['-p', framePrompt(), '--output-format', 'json', '--model', 'gemini-2.5-flash'];
  const { stdout } = await run(process.execPath, [join(ROOT, 'node_modules', '.bin', 'gemini'), ...args], {
    cwd: join(home, 'work'),
    timeout: 60_000,
    env: {
      HOME: home,
      TMPDIR: home,
      PATH: '/usr/bin:/bin',
      GEMINI_API_KEY: 'test',
      GOOGLE_GEMINI_BASE_URL: emulators.urls.gemini,
      GEMINI_CLI_TRUST_WORKSPACE: 'true',
    },
  });
  const printed = JSON.parse(stdout) as { response: string; stats: unknown };
  const { recommendations } = recommendationAnswerSchema.parse(JSON.parse(printed.response));
  expect(recommendations.filter((one) => one.action === 'BUY').length).toBeGreaterThanOrEqual(4);
  const { directCalls, recentCalls } = await controlOf(emulators.urls.gemini).state();
  expect(directCalls).toMatchObject([{ method: 'streamGenerateContent', frame: { asOf: '2019-06-03' } }]);
  expect(recentCalls.filter((call) => call.status !== 200)).toEqual([]);
}, 70_000);
