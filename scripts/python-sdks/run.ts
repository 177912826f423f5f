import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createReplayMarketData } from '../../src/adapters/replay/market-data.ts';
import { startEmulators } from '../../src/emulators/start.ts';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
const BATCH_LATENCY_MS = 1000;

/** Keeps a virtual environment with the pinned SDKs under `.folios/python`; makes it once, and again when pins change. */
async function ensurePython(): Promise<string> {
  const folder = join(ROOT, '.folios', 'python');
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const pins = await readFile(join(HERE, 'requirements.txt'), 'utf8');
  const installed = join(folder, 'installed.txt');
  if (existsSync(installed) && (await readFile(installed, 'utf8')) === pins) return python;
  process.stdout.write(`Installing the official Python SDKs into ${folder} (about a minute, once) …\n`);
  await mkdir(folder, { recursive: true });
  await run('python3', ['-m', 'venv', folder], {});
  await run(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', join(HERE, 'requirements.txt')],
    {},
  );
  await writeFile(installed, pins);
  return python;
}

/** Runs a program with our output; fails if it cannot be started or exits with anything but 0. */
async function run(program: string, args: readonly string[], variables: Record<string, string>): Promise<void> {
  const code = await exitCodeOf(program, args, variables);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} exited with ${code}`);
}

function exitCodeOf(program: string, args: readonly string[], variables: Record<string, string>): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...variables } });
    child.once('error', fail);
    child.once('close', (code) => done(code ?? 1));
  });
}

const python = await ensurePython();
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
