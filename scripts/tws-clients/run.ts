import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createReplayMarketData } from '../../src/adapters/replay/market-data.ts';
import { createMarketDataMarket } from '../../src/emulators/tws/market/market-data-market.ts';
import { startTwsSimulator } from '../../src/emulators/tws/simulator.ts';
import { ensurePython, exitCodeOf } from '../python.ts';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
/** What PyPI calls `ibapi`: it stopped in 2020 and speaks version 157. Its modules have the names of the newer one. */
const OLD_IBAPI = 'ibapi==9.81.1.post1';

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

const requirements = join(HERE, 'requirements.txt');
const folder = join(ROOT, '.folios', 'tws-clients');
const oldIbapi = join(folder, 'old-ibapi');
const python = await ensurePython({
  folder,
  installs: [
    ['-r', requirements],
    ['--no-deps', '--upgrade', '--target', oldIbapi, OLD_IBAPI],
  ],
  pins: `${await readFile(requirements, 'utf8')}${OLD_IBAPI}\n`,
  purpose: 'the Python clients of TWS',
});
const codes = [
  await check(python, 'check_ib_async.py', ''),
  await check(python, 'check_ibapi.py', ''),
  await check(python, 'check_ibapi.py', oldIbapi),
];
process.exitCode = Math.max(...codes);
if (process.exitCode === 0)
  process.stdout.write('All Python clients place, modify, cancel and reconcile against the simulator.\n');
