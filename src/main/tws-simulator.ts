import { join } from 'node:path';
import { createReplayMarketData } from '../adapters/replay/market-data.ts';
import type { Config } from '../config.ts';
import { createMarketDataMarket } from '../emulators/tws/market/market-data-market.ts';
import { startTwsSimulator, type TwsSimulator } from '../emulators/tws/simulator.ts';

/** What a symbol search finds: the shares of the bundled history that reach to its end. */
const SYMBOLS = 'AAPL AMD BAC BBY CVX GE HD JNJ JPM KO LLY MRK MSFT PEP PFE PG RRC UNH WMT XOM'.split(' ');

/** The TWS simulator on the configured ports, over the replayed prices, with its state under the state directory. */
export function startConfiguredTws(config: Config, log: (line: string) => void): Promise<TwsSimulator> {
  return startTwsSimulator({
    host: config.host,
    port: config.ports.twsEmulator,
    controlPort: config.ports.twsControl,
    stateFile: join(config.stateDir, 'emulators', 'tws.jsonl'),
    market: createMarketDataMarket(createReplayMarketData(join(config.root, 'data')), {
      firstDay: config.replayStart,
      symbols: SYMBOLS,
    }),
    log,
  });
}
