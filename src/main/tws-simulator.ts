import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createReplayMarketData } from '../adapters/replay/market-data.ts';
import type { Config } from '../config.ts';
import type { MarketDate } from '../domain/market/market-date.ts';
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

const LOOK_EVERY_MS = 1_000;

/**
 * Lets the simulator trade at the prices of the replayed day, as the paper broker does, within a second of
 * `clock advance`. Only forward, as the clock goes: a day that the control endpoint has set beyond it stays.
 */
export function followMarketClock(
  simulator: Pick<TwsSimulator, 'day' | 'turnTo'>,
  today: () => Promise<MarketDate>,
  log: (line: string) => void,
  lookEveryMs = LOOK_EVERY_MS,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const look = async () => {
    const day = await today();
    if (day <= simulator.day) return;
    await simulator.turnTo(day);
    log(`the market moved to ${day}`);
  };
  const following = (async () => {
    while (!stopping.signal.aborted) {
      await look().catch((error: unknown) => log(`the market clock could not be followed: ${String(error)}`));
      await delay(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await following;
    },
  };
}
