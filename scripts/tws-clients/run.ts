import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createReplayMarketData } from '../../src/adapters/replay/market-data.ts';
import { createMarketDataMarket } from '../../src/emulators/tws/market/market-data-market.ts';
import { startTwsSimulator } from '../../src/emulators/tws/simulator.ts';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
/** What PyPI calls `ibapi`: it stopped in 2020 and speaks version 157. Its modules have the names of the newer one. */
const OLD_IBAPI = 'ibapi==9.81.1.post1';

/** Keeps a virtual environment with the pinned clients under `.folios/tws-clients`; makes it once, and again when pins change. */
async function ensurePython(): Promise<{ python: string; oldIbapi: string }> {
  const folder = join(ROOT, '.folios', 'tws-clients');
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const oldIbapi = join(folder, 'old-ibapi');
  const clients = { python, oldIbapi };
  const pins = `${await readFile(join(HERE, 'requirements.txt'), 'utf8')}${OLD_IBAPI}\n`;
  const installed = join(folder, 'installed.txt');
  if (existsSync(installed) && (await readFile(installed, 'utf8')) === pins) return clients;
  process.stdout.write(`Installing the Python clients of TWS into ${folder} (about a minute, once) …\n`);
  await mkdir(folder, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await run(python, [...pip, '-r', join(HERE, 'requirements.txt')]);
  await run(python, [...pip, '--no-deps', '--upgrade', '--target', oldIbapi, OLD_IBAPI]);
  await writeFile(installed, pins);
  return clients;
}

/** Runs a program with our output; fails if it cannot be started or exits with anything but 0. */
async function run(program: string, args: readonly string[]): Promise<void> {
  const code = await exitCodeOf(program, args, {});
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} exited with ${code}`);
}

function exitCodeOf(program: string, args: readonly string[], variables: Record<string, string>): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...variables } });
    child.once('error', fail);
    child.once('close', (code) => done(code ?? 1));
  });
}

/** Runs one script with a simulator of its own; its exit code. */
async function check(python: string, script: string, pythonPath: string): Promise<number> {
  const simulator = await startTwsSimulator({
    port: 0,
    controlPort: 0,
    stateFile: null,
    market: createMarketDataMarket(createReplayMarketData(join(ROOT, 'data')), {
      firstDay: '2020-12-31',
      symbols: ['AAPL', 'KO'],
    }),
  });
  try {
    return await exitCodeOf(python, [join(HERE, script)], {
      TWS_PORT: String(simulator.port),
      TWS_CONTROL: simulator.url,
      PYTHONPATH: pythonPath,
      PYTHONDONTWRITEBYTECODE: '1',
    });
  } finally {
    await simulator.close();
  }
}

const { python, oldIbapi } = await ensurePython();
const codes = [
  await check(python, 'check_ib_async.py', ''),
  await check(python, 'check_ibapi.py', ''),
  await check(python, 'check_ibapi.py', oldIbapi),
];
process.exitCode = Math.max(...codes);
if (process.exitCode === 0)
  process.stdout.write('All Python clients place, modify, cancel and reconcile against the simulator.\n');
