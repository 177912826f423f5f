import path from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { createAsTradedMarketData } from '../../../src/adapters/as-traded/market-data.ts';
import { createFixedMarketData } from '../../../src/adapters/fixed/market-data.ts';
import { createReplayMarketData } from '../../../src/adapters/replay/market-data.ts';
import { createYahooMarketData } from '../../../src/adapters/yahoo/market-data.ts';
import type { MarketData } from '../../../src/ports/market-data.ts';
import { describeMarketDataConformance } from './conformance.ts';
import { startYahooStandIn, type YahooStandIn } from './yahoo-stand-in.ts';

const replay = createReplayMarketData(path.join(import.meta.dirname, '../../../data'));

const CHRISTMAS_2022 = { year: '2022', benchmark: '3844.82' } as const;

describeMarketDataConformance('replay', {
  market: () => replay,
  ...CHRISTMAS_2022,
  ticker: 'KO',
  price: '62.86',
  unknownTicker: 'TSLA',
  dayWithoutPrice: '2023-06-01',
});

describeMarketDataConformance('fixed', {
  market: () => createFixedMarketData({ benchmark: replay }),
  ...CHRISTMAS_2022,
  ticker: 'TSLA',
  price: '100.00',
  unknownTicker: null,
  dayWithoutPrice: null,
});

const asTraded = createAsTradedMarketData(path.join(import.meta.dirname, '../../../data'), { benchmark: replay });

describeMarketDataConformance('as_traded', {
  market: () => asTraded,
  ...{ year: '2011', benchmark: '1265.33' },
  ticker: 'IBM',
  price: '184.75',
  unknownTicker: 'KO',
  dayWithoutPrice: '2013-06-03',
});

let standIn: YahooStandIn;
let yahoo: MarketData;

beforeAll(async () => {
  const index = [
    { marketDate: '2022-12-22', close: '3822.39' },
    { marketDate: '2022-12-23', close: '3844.82' },
    { marketDate: '2022-12-27', close: '3829.25' },
  ];
  standIn = await startYahooStandIn({
    KO: { closes: await replay.closes('KO', '2022-11-01', '2022-12-28') },
    '^GSPC': { closes: index, quoteType: 'INDEX' },
  });
  yahoo = createYahooMarketData({ baseUrl: standIn.baseUrl, now: () => new Date('2022-12-28T18:00:00Z') });
});
afterAll(() => standIn.close());

describeMarketDataConformance('yahoo', {
  market: () => yahoo,
  ...CHRISTMAS_2022,
  ticker: 'KO',
  price: '62.86',
  unknownTicker: 'ZZZZZ',
  dayWithoutPrice: '2022-10-03',
});
