import { describe, expect, test } from '@jest/globals';
import { FoliosError } from '../../../contracts/errors.ts';
import type { MarketData } from '../../../ports/market-data.ts';
import { createMarketDataMarket } from './market-data-market.ts';

const CLOSES = [
  { marketDate: '2020-12-30', close: '50.00' },
  { marketDate: '2020-12-31', close: '51.00' },
];

const data = (price: string, error?: FoliosError): MarketData => ({
  source: 'replay',
  simulated: true,
  quote: async (ticker) => {
    if (error !== undefined) throw error;
    return { ticker, price, marketDate: '2020-12-31', source: 'replay' };
  },
  closes: async (_ticker, from, to) => {
    if (error !== undefined) throw error;
    return CLOSES.filter(({ marketDate }) => marketDate >= from && marketDate <= to);
  },
  corporateActions: async () => [],
  benchmark: async (asOf) => ({ marketDate: asOf, close: '1' }),
});
const marketOf = (source: MarketData) =>
  createMarketDataMarket(source, { firstDay: '2020-12-31', symbols: ['KO', 'KHC', 'PG'] });

describe('the market over daily closes', () => {
  test('asks the close and bids a step less, with the close of the day before', async () => {
    const quote = { bid: '50.99', ask: '51.00', last: '51.00', close: '50.00', bidSize: null, askSize: null };
    expect(await marketOf(data('51.00')).quote('KO', '2020-12-31')).toEqual(quote);
    expect(await marketOf(data('0.5000')).quote('KO', '2020-12-31')).toMatchObject({ bid: '0.4999', ask: '0.5000' });
  });

  test('does not know what its source does not know, and what is no symbol', async () => {
    const unknown = marketOf(data('51.00', new FoliosError('TICKER_UNKNOWN', 'no')));
    expect([await unknown.quote('NO', '2020-12-31'), await unknown.bars('NO', '2020-12-01', '2020-12-31')]).toEqual([
      null,
      [],
    ]);
    expect(await marketOf(data('51.00')).quote('A B', '2020-12-31')).toBeNull();
  });

  test('fails where its source fails', async () => {
    const broken = marketOf(data('51.00', new FoliosError('INTERNAL', 'the file is damaged')));
    await expect(broken.quote('KO', '2020-12-31')).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  test('has bars of the index on the days of its own closes only', async () => {
    const market = marketOf({
      ...data('51.00'),
      async benchmark(asOf) {
        if (asOf < '2020-12-30') throw new FoliosError('QUOTE_UNAVAILABLE', 'before the history');
        return { marketDate: asOf > '2020-12-31' ? '2020-12-31' : asOf, close: '3756.07' };
      },
    });
    const bars = await market.indexBars('2020-12-28', '2021-01-02');
    expect(bars.map(({ day, close }) => [day, close])).toEqual([
      ['2020-12-30', '3756.07'],
      ['2020-12-31', '3756.07'],
    ]);
  });

  test('has bars whose prices are the close, and finds symbols by their beginning', async () => {
    const market = marketOf(data('51.00'));
    expect(await market.bars('KO', '2020-12-31', '2020-12-31')).toEqual([
      { day: '2020-12-31', open: '51.00', high: '51.00', low: '51.00', close: '51.00', volume: 0 },
    ]);
    expect(await market.search('k')).toEqual(['KO', 'KHC']);
  });
});
