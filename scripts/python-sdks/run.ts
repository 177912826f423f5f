import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createReplayMarketData } from '../../src/adapters/replay/market-data.ts';
import { startEmulators } from '../../src/emulators/start.ts';
import { ensurePython, exitCodeOf } from '../python.ts';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
const BATCH_LATENCY_MS = 1000;

const requirements = join(HERE, 'requirements.txt');
const python = await ensurePython({
  folder: join(ROOT, '.folios', 'python'),
  installs: [['-r', requirements]],
  pins: await readFile(requirements, 'utf8'),
  purpose: 'the official Python SDKs',
});
const emulators = await startEmulators({
  ports: { openai: 0, anthropic: 0, gemini: 0 },
  seed: '1',
  latencyMs: BATCH_LATENCY_MS,
  marketData: createReplayMarketData(join(ROOT, 'data')),
});
try {
  process.exitCode = await exitCodeOf(python, [join(HERE, 'check.py')], {
    OPENAI_BASE_URL: emulators.urls.openai,
    OPENAI_API_KEY: 'emulated',
    ANTHROPIC_BASE_URL: emulators.urls.anthropic,
    ANTHROPIC_API_KEY: 'emulated',
    GOOGLE_GEMINI_BASE_URL: emulators.urls.gemini,
    GEMINI_API_KEY: 'emulated',
    GOOGLE_API_KEY: '',
    PYTHONDONTWRITEBYTECODE: '1',
  });
} finally {
  await emulators.close();
}
