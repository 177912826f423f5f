import { afterAll, beforeAll } from '@jest/globals';
import { type Contract, type Order, OrderAction, type OrderType, SecType, TimeInForce } from '@stoqey/ib';
import type { SimulatorLedger } from '../../../src/emulators/tws/control/ledger.ts';
import type { SimulatorMarket } from '../../../src/emulators/tws/market/simulator-market.ts';
import { startTwsSimulator, type TwsSimulatorOptions } from '../../../src/emulators/tws/simulator.ts';
import { StoqeyClient } from './stoqey-client.ts';

const PRICES: Readonly<Record<string, string>> = { AAPL: '130.00', KO: '50.00', PFE: '37.00' };

/** Three shares whose bid is their price and whose ask is a cent more, with five days of history. */
const market: SimulatorMarket = {
  firstDay: '2021-01-04',
  quote: async (symbol) => {
    const price = PRICES[symbol];
    if (price === undefined) return null;
    const ask = (Number(price) + 0.01).toFixed(2);
    return { bid: price, ask, last: price, close: price, bidSize: null, askSize: null };
  },
  bars: async (symbol) => {
    const close = PRICES[symbol];
    if (close === undefined) return [];
    return ['2020-12-28', '2020-12-29', '2020-12-30', '2020-12-31', '2021-01-04'].map((day, index) => ({
      day,
      open: close,
      high: (Number(close) + index).toFixed(2),
      low: close,
      close,
      volume: 1000 + index,
    }));
  },
  indexBars: async () => [],
  search: async (text) => Object.keys(PRICES).filter((symbol) => symbol.startsWith(text)),
  volatility: () => 0.25,
};

export const stock = (symbol: string): Contract => ({
  symbol,
  secType: SecType.STK,
  exchange: 'SMART',
  currency: 'USD',
});

/** An order of 100 that is transmitted, unless told otherwise. */
export function orderOf(action: 'BUY' | 'SELL', type: OrderType, more: Partial<Order> = {}): Order {
  return {
    action: action === 'BUY' ? OrderAction.BUY : OrderAction.SELL,
    totalQuantity: 100,
    orderType: type,
    tif: TimeInForce.DAY,
    transmit: true,
    ...more,
  };
}

/** A simulator on free ports with its control endpoint and the clients that a test connects. */
export async function startSimulator(options: Partial<TwsSimulatorOptions> = {}) {
  const simulator = await startTwsSimulator({
    port: 0,
    controlPort: 0,
    stateFile: null,
    market,
    seed: 7,
    accounts: ['DU1000001'],
    ...options,
  });
  const clients: StoqeyClient[] = [];
  const control = async (path: string, body?: unknown, method = 'POST'): Promise<unknown> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${simulator.url}/_control/${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    ...simulator,
    control,
    ledger: async () => (await control('ledger', undefined, 'GET')) as SimulatorLedger,
    client: async (clientId: number): Promise<StoqeyClient> => {
      const client = await StoqeyClient.ready(simulator.port, clientId);
      clients.push(client);
      return client;
    },
    /** Ends everything; fails if any client met a message that it could not read. */
    stop: async (): Promise<void> => {
      for (const client of clients) client.close();
      await simulator.close();
      for (const client of clients) client.expectReadable();
    },
  };
}

export type RunningSimulator = Awaited<ReturnType<typeof startSimulator>>;

/** The hooks of a suite with one simulator and one client of it; hands both before the suite's own hooks run. */
export function withSimulator(hand: (suite: { simulator: RunningSimulator; client: StoqeyClient }) => void): void {
  let simulator: RunningSimulator;
  beforeAll(async () => {
    simulator = await startSimulator();
    hand({ simulator, client: await simulator.client(1) });
  });
  afterAll(() => simulator.stop());
}
