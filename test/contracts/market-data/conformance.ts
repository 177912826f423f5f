import { describe, expect, test } from '@jest/globals';
import type { MarketData } from '../../../src/ports/market-data.ts';

/** What the suite must know about one adapter to ask it questions that have an answer there. */
export interface MarketDataFixture {
  readonly market: () => MarketData;
  /** A year whose days fall on the weekdays of 2022, such as 2011. */
  readonly year: '2022' | '2011';
  /** A ticker with a price on Friday, December 23, and what it costs that day; where the index stands then. */
  readonly ticker: string;
  readonly price: string;
  readonly benchmark: string;
  /** Well-formed, but not known there; null where every plausible ticker is known. */
  readonly unknownTicker: string | null;
  /** A day on which the known ticker has no price; null where there is always one. */
  readonly dayWithoutPrice: string | null;
}

const ON_THE_GRID = /^(0\.\d{2,4}|[1-9]\d*\.\d{2})$/;

/** The numbered cases that every MarketData adapter must pass. */
export function describeMarketDataConformance(name: string, fixture: MarketDataFixture): void {
  const { ticker } = fixture;
  const on = (monthAndDay: string) => `${fixture.year}-${monthAndDay}`;
  const market = () => fixture.market();

  describe(`${name} conforms to MarketData`, () => {
    test('MD-01 a quote on a trading day is that day’s price and says where it is from', async () => {
      expect(await market().quote(ticker, on('12-23'))).toEqual({
        ticker,
        price: fixture.price,
        marketDate: on('12-23'),
        source: market().source,
      });
    });

    test('MD-02 on a day without trading the last known price counts', async () => {
      const quote = await market().quote(ticker, on('12-25'));
      expect(quote.price).toBe(fixture.price);
      expect([on('12-23'), on('12-25')]).toContain(quote.marketDate);
    });

    test('MD-03 no quote is from after the day asked for or off the price grid', async () => {
      for (const asOf of [on('12-01'), on('12-04'), on('12-15'), on('12-24'), on('12-28')]) {
        const quote = await market().quote(ticker, asOf);
        expect(quote.marketDate <= asOf).toBe(true);
        expect(quote.price).toMatch(ON_THE_GRID);
      }
    });

    test('MD-04 closes are inclusive, oldest first, each day once, on the grid', async () => {
      const closes = await market().closes(ticker, on('12-05'), on('12-09'));
      expect(closes.map((one) => one.marketDate)).toEqual([
        on('12-05'),
        on('12-06'),
        on('12-07'),
        on('12-08'),
        on('12-09'),
      ]);
      for (const { close } of closes) expect(close).toMatch(ON_THE_GRID);
    });

    test('MD-05 a range that ends before it begins, or holds no session, has no closes', async () => {
      expect(await market().closes(ticker, on('12-09'), on('12-05'))).toEqual([]);
      expect(await market().closes(ticker, on('12-24'), on('12-25'))).toEqual([]);
    });

    test('MD-06 the benchmark is its last close on or before the day', async () => {
      expect(await market().benchmark(on('12-25'))).toEqual({ marketDate: on('12-23'), close: fixture.benchmark });
    });

    test('MD-07 a benchmark that the source does not reach is QUOTE_UNAVAILABLE', async () => {
      await expect(market().benchmark('1927-01-03')).rejects.toMatchObject({ code: 'QUOTE_UNAVAILABLE' });
    });

    test.each(['', 'ko', '../etc', 'KO?x=1', 'K O', 'KO\0', '__proto__', 'constructor', '^GSPC', 'A'.repeat(500)])(
      'MD-08 %j is no ticker: TICKER_UNKNOWN, in few words',
      async (hostile) => {
        const refusal = { name: 'FoliosError', code: 'TICKER_UNKNOWN', message: expect.stringMatching(/^.{1,120}$/) };
        await expect(market().quote(hostile, on('12-23'))).rejects.toMatchObject(refusal);
        await expect(market().closes(hostile, on('12-05'), on('12-09'))).rejects.toMatchObject(refusal);
        await expect(market().corporateActions(hostile, on('12-05'), on('12-09'))).rejects.toMatchObject(refusal);
      },
    );

    test.each(['', '2022-02-30', '2022-12-23T00:00:00Z', 'today', '20221223'])(
      'MD-09 %j is no day: INPUT_INVALID',
      async (day) => {
        await expect(market().quote(ticker, day)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
        await expect(market().closes(ticker, day, on('12-09'))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
        await expect(market().benchmark(day)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      },
    );

    test('MD-10 many questions at once have the answers of one at a time', async () => {
      const quotes = await Promise.all(Array.from({ length: 20 }, () => market().quote(ticker, on('12-23'))));
      expect(new Set(quotes.map((one) => one.price))).toEqual(new Set([fixture.price]));
    });

    test('MD-13 where nothing was split or paid there are no corporate actions, nor in a range that ends before it begins', async () => {
      expect(await market().corporateActions(ticker, on('12-05'), on('12-09'))).toEqual([]);
      expect(await market().corporateActions(ticker, on('12-09'), on('12-05'))).toEqual([]);
    });

    if (fixture.unknownTicker !== null) {
      const unknown = fixture.unknownTicker;
      test('MD-11 a ticker that the source does not know is TICKER_UNKNOWN', async () => {
        await expect(market().quote(unknown, on('12-23'))).rejects.toMatchObject({ code: 'TICKER_UNKNOWN' });
        await expect(market().closes(unknown, on('12-05'), on('12-09'))).rejects.toMatchObject({
          code: 'TICKER_UNKNOWN',
        });
      });
    }

    if (fixture.dayWithoutPrice !== null) {
      const day = fixture.dayWithoutPrice;
      test('MD-12 a known ticker without a price that day is QUOTE_UNAVAILABLE, and has no closes', async () => {
        await expect(market().quote(ticker, day)).rejects.toMatchObject({ code: 'QUOTE_UNAVAILABLE' });
        expect(await market().closes(ticker, day, day)).toEqual([]);
      });
    }
  });
}
