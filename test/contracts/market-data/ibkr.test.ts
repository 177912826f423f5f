import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMarketTable } from '../../../activities/provider-job/market-table.ts';
import { createIbkrPriceSource } from '../../../src/adapters/ibkr/price-source.ts';
import { createReplayMarketData } from '../../../src/adapters/replay/market-data.ts';
import type { ResearchStrategy } from '../../../src/contracts/schemas/strategy.ts';
import { createMarketDataMarket } from '../../../src/emulators/tws/market/market-data-market.ts';
import { startTwsSimulator, type TwsSimulator } from '../../../src/emulators/tws/simulator.ts';
import { createIbkrData, type IbkrData } from '../../../src/main/ibkr-data.ts';
import type { MarketData } from '../../../src/ports/market-data.ts';
import { describeMarketDataConformance } from './conformance.ts';

const TODAY = '2022-12-28';
const clock = { now: () => new Date(`${TODAY}T18:00:00Z`) };
const replay = createReplayMarketData(path.join(import.meta.dirname, '../../../data'));

let simulator: TwsSimulator;
let data: IbkrData;
let ibkr: MarketData;

beforeAll(async () => {
  const market = createMarketDataMarket(replay, { firstDay: TODAY });
  simulator = await startTwsSimulator({ port: 0, controlPort: 0, stateFile: null, market });
  data = createIbkrData({ host: '127.0.0.1', port: simulator.port }, clock);
  ibkr = createIbkrPriceSource({ connect: data.connect, simulated: true, clock });
});
afterAll(async () => {
  await data.close();
  await simulator.close();
});

describeMarketDataConformance('ibkr', {
  market: () => ibkr,
  ...{ year: '2022', benchmark: '3844.82' },
  ticker: 'KO',
  price: '62.86',
  unknownTicker: 'TSLA',
  dayWithoutPrice: '1985-01-03',
});

describe('at a gateway', () => {
  test('all questions of a process go over one connection, made at the first', async () => {
    const clients = async () => {
      const state = (await (await fetch(`${simulator.url}/_control/state`)).json()) as { connections: unknown[] };
      return state.connections.length;
    };
    const before = await clients();
    const other = createIbkrData({ host: '127.0.0.1', port: simulator.port }, clock);
    expect(await clients()).toBe(before);
    const source = createIbkrPriceSource({ connect: other.connect, simulated: true, clock });
    await Promise.all([source.benchmark(TODAY), source.quote('KO', TODAY), other.connect()]);
    expect(await clients()).toBe(before + 1);
    await other.close();
  });

  test('today’s quote is the last trade while the market is open', async () => {
    await fetch(`${simulator.url}/_control/price`, {
      method: 'POST',
      body: JSON.stringify({ symbol: 'PEP', bid: '180', ask: '180.02', last: '180.01' }),
    });
    expect(await ibkr.quote('PEP', TODAY)).toMatchObject({ price: '180.01', marketDate: TODAY });
  });
});

describe('where no gateway answers', () => {
  let silent: Server;
  beforeAll(async () => {
    silent = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
  });
  afterAll(() => void silent.close());

  test.each([
    ['is not running', () => 1],
    ['is silent', () => (silent.address() as { port: number }).port],
  ])('that %s, a strategy is refused by name instead of waiting', async (_what, portOf) => {
    const port = portOf();
    const away = createIbkrData({ host: '127.0.0.1', port }, clock, 200);
    const source = createIbkrPriceSource({ connect: away.connect, simulated: false, clock });
    const table = createMarketTable({ source: () => source }, clock);
    const strategy = { priceSource: 'ibkr', universe: ['KO', 'PEP'] } as unknown as ResearchStrategy;
    const refusal = {
      ...{ name: 'BrokerError', code: 'BROKER_NOT_READY', effect: 'none' },
      message: `market data: not connected to Interactive Brokers at 127.0.0.1:${port}`,
    };
    await expect(table(strategy, TODAY)).rejects.toMatchObject(refusal);
    await expect(source.benchmark(TODAY)).rejects.toMatchObject(refusal);
    await away.close();
  });
});
