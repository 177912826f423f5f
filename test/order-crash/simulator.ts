import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { createReplayMarketData } from '../../src/adapters/replay/market-data.ts';
import { createMarketDataMarket } from '../../src/emulators/tws/market/market-data-market.ts';
import { startTwsSimulator } from '../../src/emulators/tws/simulator.ts';

// The TWS simulator as a process of its own, with everything it knows in a file. It must not outlive the stand.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const [port, controlPort, stateFile, seed, firstDay, ...accounts] = process.argv.slice(2);
if (!stateFile || !firstDay)
  throw new Error('usage: simulator.ts <port> <control port> <state> <seed> <day> <accounts>');

const replay = createReplayMarketData(join(import.meta.dirname, '../../data'));
await startTwsSimulator({
  port: Number(port),
  controlPort: Number(controlPort),
  stateFile,
  accounts,
  seed: Number(seed),
  market: createMarketDataMarket(replay, { firstDay }),
  log: (line) => void process.stderr.write(`${line}\n`),
});
process.send?.('ready');
flushCompileCache();
