import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { IbkrMarketData } from '../adapters/ibkr/market-data.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../ports/clock.ts';

/** Far from the ids of sessions that trade. Prices may be asked for by any number of processes, each under its own. */
const FIRST_DATA_CLIENT_ID = 1_000;
const DATA_CLIENT_IDS = 1_000_000;
/** A first question waits so long for the connection that it makes; a later one fails at once where there is none. */
const CONNECT_MS = 5_000;
const LOOK_EVERY_MS = 50;

/** This process' connection for Interactive Brokers' prices; a process that asks for none makes none. */
export interface IbkrData {
  /** The connection, made at the first call. Its questions fail with BROKER_NOT_READY where nothing answers there. */
  connect(): Promise<IbkrMarketData>;
  close(): Promise<void>;
}

export function createIbkrData(
  { host, port }: Pick<Config['ibkr'], 'host' | 'port'>,
  clock: Clock,
  connectMs: number = CONNECT_MS,
): IbkrData {
  let connecting: Promise<IbkrMarketData> | null = null;
  const open = async () => {
    const [{ createIbkrMarketData }, { systemTimers }] = await Promise.all([
      import('../adapters/ibkr/market-data.ts'),
      import('../adapters/ibkr/timers.ts'),
    ]);
    const marketData = createIbkrMarketData({
      ...{ host, port, clock, timers: systemTimers, log: SILENT },
      dataClientId: FIRST_DATA_CLIENT_ID + randomInt(DATA_CLIENT_IDS),
      random: () => randomInt(1_000_000) / 1_000_000,
    });
    for (let waitedMs = 0; !marketData.isConnected && waitedMs < connectMs; waitedMs += LOOK_EVERY_MS) {
      await delay(LOOK_EVERY_MS);
    }
    return marketData;
  };
  return {
    connect() {
      connecting ??= open();
      return connecting;
    },
    async close() {
      if (connecting !== null) await (await connecting).close();
    },
  };
}

/** What is wrong shows where a price is missed: in the step that asks for it. */
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
