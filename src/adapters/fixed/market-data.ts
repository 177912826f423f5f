import { addDays } from '../../domain/market/market-date.ts';
import { toPriceGrid } from '../../domain/market/price-grid.ts';
import { TICKER_PATTERN } from '../../domain/market/ticker.ts';
import type { DecimalString } from '../../domain/money/decimal.ts';
import type { Close, MarketData } from '../../ports/market-data.ts';
import { assertMarketDate, tickerUnknown } from '../market-data/market-data-errors.ts';

const SATURDAY = 6;
const SUNDAY = 0;

/**
 * Every plausible ticker costs the same on every weekday (100 US dollars unless told), so that the plumbing of a
 * strategy can be watched without a market. The benchmark is another source's.
 */
export function createFixedMarketData(options: { priceUsd?: DecimalString; benchmark: MarketData }): MarketData {
  const price = toPriceGrid(options.priceUsd ?? '100');
  const assertTicker = (ticker: string): void => {
    if (!TICKER_PATTERN.test(ticker)) throw tickerUnknown('fixed', ticker);
  };

  return {
    source: 'fixed',
    simulated: true,

    async quote(ticker, asOf) {
      assertMarketDate(asOf);
      assertTicker(ticker);
      return { ticker, price, marketDate: asOf, source: 'fixed' };
    },

    async closes(ticker, from, to) {
      assertMarketDate(from);
      assertMarketDate(to);
      assertTicker(ticker);
      const range: Close[] = [];
      for (let day = from; day <= to; day = addDays(day, 1)) {
        const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
        if (weekday !== SATURDAY && weekday !== SUNDAY) range.push({ marketDate: day, close: price });
      }
      return range;
    },

    /** A price that never moves knows no splits and no dividends. */
    async corporateActions(ticker, from, to) {
      assertMarketDate(from);
      assertMarketDate(to);
      assertTicker(ticker);
      return [];
    },

    benchmark: (asOf) => options.benchmark.benchmark(asOf),
  };
}
