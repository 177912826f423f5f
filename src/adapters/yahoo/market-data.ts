import { addDays, type MarketDate } from '../../domain/market/market-date.ts';
import { toPriceGrid } from '../../domain/market/price-grid.ts';
import { TICKER_PATTERN } from '../../domain/market/ticker.ts';
import { type Close, type MarketData, QUOTE_MAX_AGE_DAYS, type Quote } from '../../ports/market-data.ts';
import { assertMarketDate, quoteUnavailable, tickerUnknown } from '../market-data/market-data-errors.ts';
import { lastCloseUpTo } from '../market-data/price-series.ts';
import { readCorporateActions } from './corporate-actions.ts';
import { type DailyBars, NO_BARS, readDailyBars } from './daily-bars.ts';
import { exchangeDay, NEW_YORK } from './exchange-day.ts';
import { createYahooClient } from './yahoo-client.ts';
import { YahooHttpError } from './yahoo-http.ts';

const INDEX_SYMBOL = '^GSPC';

/**
 * Prices of US shares from Yahoo Finance through yahoo-finance2. Today's quote is the last trade; a past day's is its
 * close as it was traded (adjusted for splits, not for dividends). `baseUrl` sends all calls elsewhere, e.g. to a
 * stand-in of its endpoints, and makes the source simulated. QUOTE_UNAVAILABLE carries `details.reason`.
 */
export function createYahooMarketData(
  options: { baseUrl?: string | null; timeoutMs?: number; now?: () => Date } = {},
): MarketData {
  const { baseUrl = null, timeoutMs = 10_000, now = () => new Date() } = options;
  const client = createYahooClient({ baseUrl, timeoutMs });

  const chartOf = async (ticker: string, from: MarketDate, to: MarketDate) => {
    const chart = await client.chart(symbolOf(ticker), from, addDays(to, 1));
    if (chart !== null) assertDollars(ticker, chart.meta.currency);
    return chart;
  };

  const bars = async (ticker: string, from: MarketDate, to: MarketDate): Promise<DailyBars> => {
    const chart = await chartOf(ticker, from, to);
    return chart === null ? NO_BARS : readDailyBars(chart, from, to, now());
  };

  const lastClose = async (ticker: string, asOf: MarketDate): Promise<Close> => {
    const { traded } = await bars(ticker, addDays(asOf, -QUOTE_MAX_AGE_DAYS), asOf);
    const last = lastCloseUpTo(traded, asOf);
    if (last === null) throw noPrice(ticker, asOf);
    return { marketDate: last.day, close: toPriceGrid(last.close) };
  };

  const liveQuote = async (ticker: string, asOf: MarketDate): Promise<Quote | null> => {
    const quote = await client.quote(symbolOf(ticker));
    // A symbol that changed hands is answered under its new name: that is another share for us.
    if (quote?.symbol !== symbolOf(ticker)) throw tickerUnknown('yahoo', ticker);
    assertDollars(ticker, quote.currency);
    const marketDate = exchangeDay(quote.regularMarketTime, quote.exchangeTimezoneName);
    if (marketDate < addDays(asOf, -QUOTE_MAX_AGE_DAYS)) throw noPrice(ticker, asOf);
    if (marketDate > asOf) return null;
    return { ticker, price: toPriceGrid(quote.regularMarketPrice), marketDate, source: 'yahoo' };
  };

  return {
    source: 'yahoo',
    simulated: baseUrl !== null,

    async quote(ticker, asOf) {
      assertMarketDate(asOf);
      assertTicker(ticker);
      return translated(ticker, asOf, async () => {
        const live = asOf >= exchangeDay(now(), NEW_YORK) ? await liveQuote(ticker, asOf) : null;
        if (live !== null) return live;
        const { close, marketDate } = await lastClose(ticker, asOf);
        return { ticker, price: close, marketDate, source: 'yahoo' };
      });
    },

    async closes(ticker, from, to) {
      assertMarketDate(from);
      assertMarketDate(to);
      assertTicker(ticker);
      if (from > to) return [];
      const { days, closes } = await translated(ticker, to, async () => (await bars(ticker, from, to)).adjusted);
      return days.map((marketDate, i) => ({ marketDate, close: toPriceGrid(closes[i] as string) }));
    },

    async corporateActions(ticker, from, to) {
      assertMarketDate(from);
      assertMarketDate(to);
      assertTicker(ticker);
      if (from > to) return [];
      return translated(ticker, to, async () => {
        const chart = await chartOf(ticker, from, to);
        return chart === null ? [] : readCorporateActions(chart, from, to);
      });
    },

    async benchmark(asOf) {
      assertMarketDate(asOf);
      return translated(INDEX_SYMBOL, asOf, () => lastClose(INDEX_SYMBOL, asOf));
    },
  };
}

/** Only plausible tickers become part of an address. */
function assertTicker(ticker: string): void {
  if (!TICKER_PATTERN.test(ticker)) throw tickerUnknown('yahoo', ticker);
}

/** Yahoo writes share classes with a dash (BRK-B) and keeps the dot for foreign exchanges, which have no dollar prices. */
function symbolOf(ticker: string): string {
  return ticker.replaceAll('.', '-');
}

function assertDollars(ticker: string, currency: string): void {
  if (currency !== 'USD')
    throw tickerUnknown('yahoo', ticker, `it is quoted in ${currency.slice(0, 5)}, not in US dollars`);
}

function noPrice(ticker: string, asOf: MarketDate): Error {
  const message = `none within ${QUOTE_MAX_AGE_DAYS} days before ${asOf}`;
  return quoteUnavailable({ source: 'yahoo', ticker, asOf, reason: 'no_price', message });
}

/** Runs the calls for one question; what Yahoo did wrong becomes the port's errors, our own pass. */
async function translated<T>(ticker: string, asOf: MarketDate, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof YahooHttpError)) throw error;
    if (error.status === 404) throw tickerUnknown('yahoo', ticker);
    throw quoteUnavailable({
      source: 'yahoo',
      ticker,
      asOf,
      reason: error.kind,
      message: `Yahoo: ${error.message}`,
      retryAfterMs: error.retryAfterMs,
    });
  }
}
