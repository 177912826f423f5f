import type { PriceSource } from '../contracts/schemas/strategy.ts';
import type { CorporateAction } from '../domain/accounting/corporate-actions.ts';
import type { MarketDate } from '../domain/market/market-date.ts';
import type { DecimalString } from '../domain/money/decimal.ts';

/** A price older than this many calendar days before the day asked for is no quote. */
export const QUOTE_MAX_AGE_DAYS = 10;

/** The last known price on or before a day, in US dollars a share, on the exchange's price grid (a cent; 1/100 of a cent below one dollar). */
export interface Quote {
  readonly ticker: string;
  readonly price: DecimalString;
  /** The day the price is from: at most the day asked for. */
  readonly marketDate: MarketDate;
  readonly source: PriceSource;
}

export interface Close {
  readonly marketDate: MarketDate;
  readonly close: DecimalString;
}

export interface MarketData {
  readonly source: PriceSource;
  /** False only where prices are live: then the market's day is today's. */
  readonly simulated: boolean;
  /** Fails with FoliosError TICKER_UNKNOWN or QUOTE_UNAVAILABLE (no price within QUOTE_MAX_AGE_DAYS before `asOf`). */
  quote(ticker: string, asOf: MarketDate): Promise<Quote>;
  /** Adjusted daily closes on the price grid, oldest first, `from` and `to` inclusive; TICKER_UNKNOWN. */
  closes(ticker: string, from: MarketDate, to: MarketDate): Promise<readonly Close[]>;
  /**
   * Splits and cash dividends with an ex-date from `from` to `to`, inclusive, oldest first; TICKER_UNKNOWN. Empty where the
   * source's prices are adjusted: then they are in the prices already, and booking them would count them twice.
   */
  corporateActions(ticker: string, from: MarketDate, to: MarketDate): Promise<readonly CorporateAction[]>;
  /** The S&P 500 index' last close on or before the day; QUOTE_UNAVAILABLE where the source has none. */
  benchmark(asOf: MarketDate): Promise<Close>;
}

export interface MarketDataSources {
  source(name: PriceSource): MarketData;
}

/** Whether prices of this source are those of the present market; otherwise its day is one that a person moves. */
export function isLive(sources: MarketDataSources, name: PriceSource): boolean {
  return !sources.source(name).simulated;
}
