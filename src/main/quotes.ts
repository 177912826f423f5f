import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Clock } from '../ports/clock.ts';
import type { Quotes } from '../ports/quotes.ts';
import { BrokerName } from '../ports/trading-accounts.ts';

/** Far from the ids of sessions that trade. Prices may be asked for by any number of processes, each under its own. */
const FIRST_DATA_CLIENT_ID = 1_000;
const DATA_CLIENT_IDS = 1_000_000;
/** A first question waits so long for the connection that it makes; a later one fails at once where there is none. */
const CONNECT_MS = 5_000;
const LOOK_EVERY_MS = 50;

/** The quotes of every account; the connection for Interactive Brokers' is made at the first question. */
export function createQuotes(config: Config, ofPriceSource: Quotes, clock: Clock): Quotes & { close(): Promise<void> } {
  let connecting: ReturnType<typeof connect> | null = null;
  const connect = async () => {
    const [{ createIbkrMarketData }, { systemTimers }, { askBrokerQuote, askDeltaUsd }] = await Promise.all([
      import('../adapters/ibkr/market-data.ts'),
      import('../adapters/ibkr/timers.ts'),
      import('../adapters/ibkr/broker-quotes.ts'),
    ]);
    const { host, port } = config.ibkr;
    const marketData = createIbkrMarketData({
      ...{ host, port, clock, timers: systemTimers, log: SILENT },
      dataClientId: FIRST_DATA_CLIENT_ID + randomInt(DATA_CLIENT_IDS),
      random: () => randomInt(1_000_000) / 1_000_000,
    });
    for (let waitedMs = 0; !marketData.isConnected && waitedMs < CONNECT_MS; waitedMs += LOOK_EVERY_MS) {
      await delay(LOOK_EVERY_MS);
    }
    return { marketData, askBrokerQuote, askDeltaUsd };
  };
  return {
    async quote(account, tradable) {
      if (account.broker !== BrokerName.ibkr) return ofPriceSource.quote(account, tradable);
      connecting ??= connect();
      const { marketData, askBrokerQuote } = await connecting;
      return askBrokerQuote(marketData, tradable);
    },
    async deltaUsd(account, instrument) {
      if (account.broker !== BrokerName.ibkr) return ofPriceSource.deltaUsd(account, instrument);
      connecting ??= connect();
      const { marketData, askDeltaUsd } = await connecting;
      return askDeltaUsd(marketData, instrument);
    },
    async close() {
      if (connecting !== null) await (await connecting).marketData.close();
    },
  };
}

/** What is wrong shows where a price is missed: in the step that asks for it. */
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
