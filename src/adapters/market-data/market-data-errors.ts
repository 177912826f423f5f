import { FoliosError } from '../../contracts/errors.ts';
import type { PriceSource } from '../../contracts/schemas/strategy.ts';
import { isMarketDate, type MarketDate } from '../../domain/market/market-date.ts';

/** Refuses a day that is not a calendar day in ISO form, so that comparing days as text stays right. */
export function assertMarketDate(day: MarketDate): void {
  if (!isMarketDate(day)) throw new FoliosError('INPUT_INVALID', `not a calendar day (YYYY-MM-DD): ${printable(day)}`);
}

/** The source has never heard of the ticker; asking again would not help. */
export function tickerUnknown(source: PriceSource, ticker: string, reason?: string): FoliosError {
  const why = reason === undefined ? '' : `: ${reason}`;
  return new FoliosError('TICKER_UNKNOWN', `${source} market data does not know ${printable(ticker)}${why}`, {
    source,
    ticker: printable(ticker),
  });
}

/** No price for a known ticker now. `reason` is one word for programs, `message` a sentence for people. */
export function quoteUnavailable(facts: {
  source: PriceSource;
  ticker: string;
  asOf: MarketDate;
  reason: string;
  message: string;
  retryAfterMs?: number | null;
}): FoliosError {
  const { message, ...details } = facts;
  return new FoliosError('QUOTE_UNAVAILABLE', `no ${facts.source} price for ${facts.ticker}: ${message}`, details);
}

/** What strangers sent, safe to print: quoted where it is unusual, and short. */
function printable(text: string): string {
  return /^[\w.^-]{1,20}$/.test(text) ? text : JSON.stringify(text.slice(0, 40));
}
