import type { DecimalString } from '../../domain/money/decimal.ts';
import type { Close } from '../../ports/market-data.ts';

/**
 * Statistics of one share from its closes up to a day. They only rank and describe, so they are plain numbers; the one
 * price that leaves here is the last close, in its exact form. Ratios: 0.1 is ten percent. Null where the record is
 * too short.
 */
export interface Metrics {
  readonly ticker: string;
  readonly lastClose: DecimalString;
  /** Last close against the highest of 252 sessions: 0 at the high, -0.2 a fifth below it. */
  readonly belowHigh: number;
  readonly return1Month: number;
  readonly return6Months: number;
  readonly return12Months: number;
  readonly return5Years: number | null;
  /** Annualised standard deviation of the last 252 daily log returns. */
  readonly volatility: number;
  /** Last close against the mean of 200 sessions. */
  readonly aboveMean200: number;
  /** Last close against the mean of up to five years: negative is cheap by its own record. */
  readonly aboveMean5Years: number;
  /** Share of 21-session months of the record that ended higher. */
  readonly risingMonths: number;
  /** Deepest fall from a high within up to three years, as a positive ratio. */
  readonly deepestFall: number;
}

const MONTH = 21;
const YEAR = 252;

/** Computes the statistics, oldest close first. Null with less than a year and a day of closes. */
export function measure(ticker: string, closes: readonly Close[]): Metrics | null {
  const last = closes.at(-1);
  if (last === undefined || closes.length < YEAR + 1) return null;
  const prices = closes.slice(-(5 * YEAR + 1)).map((close) => Number(close.close));
  const now = prices.at(-1) ?? 0;
  if (!prices.every((price) => price > 0)) return null;
  const since = (sessions: number) => now / (prices.at(-1 - sessions) ?? now) - 1;
  const year = prices.slice(-(YEAR + 1));
  return {
    ticker,
    lastClose: last.close,
    belowHigh: now / Math.max(...year) - 1,
    return1Month: since(MONTH),
    return6Months: since(6 * MONTH),
    return12Months: since(YEAR),
    return5Years: prices.length > 5 * YEAR ? since(5 * YEAR) : null,
    volatility: annualVolatility(year),
    aboveMean200: now / mean(prices.slice(-200)) - 1,
    aboveMean5Years: now / mean(prices) - 1,
    risingMonths: shareOfRisingMonths(prices),
    deepestFall: deepestFall(prices.slice(-(3 * YEAR + 1))),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function annualVolatility(prices: readonly number[]): number {
  const returns = prices.slice(1).map((price, index) => Math.log(price / (prices[index] ?? price)));
  const average = mean(returns);
  const variance = returns.reduce((total, one) => total + (one - average) ** 2, 0) / (returns.length - 1);
  return Math.sqrt(variance * YEAR);
}

function shareOfRisingMonths(prices: readonly number[]): number {
  let months = 0;
  let rising = 0;
  for (let end = prices.length - 1; end - MONTH >= 0; end -= MONTH) {
    months += 1;
    if ((prices[end] ?? 0) > (prices[end - MONTH] ?? 0)) rising += 1;
  }
  return months === 0 ? 0 : rising / months;
}

function deepestFall(prices: readonly number[]): number {
  let high = 0;
  let deepest = 0;
  for (const price of prices) {
    high = Math.max(high, price);
    deepest = Math.max(deepest, 1 - price / high);
  }
  return deepest;
}
