import type { DecimalString } from '../money/decimal.ts';

/**
 * One share's price statistics as a prompt shows them. They describe, nothing is paid by them, so they are ordinary
 * floats rounded to two decimals; the prices stay decimals. Null where the history is too short.
 */
export interface MarketRow {
  readonly ticker: string;
  /** The last close, US dollars a share. */
  readonly price: DecimalString;
  /** Price change over 21 trading days, percent. */
  readonly return1mPercent: number | null;
  /** Price change over 126 trading days, percent. */
  readonly return6mPercent: number | null;
  /** Price change over 252 trading days, percent. */
  readonly return12mPercent: number | null;
  /** Highest and lowest of the last 252 closes, US dollars a share. */
  readonly high52w: DecimalString;
  readonly low52w: DecimalString;
  /** Sample standard deviation of the last 252 daily log returns × √252, percent a year. */
  readonly volatilityPercent: number | null;
  /** Largest fall from an earlier high within the last 252 trading days, percent, as a positive number. */
  readonly maxDrawdown1yPercent: number;
}

const MONTH_DAYS = 21;
const HALF_YEAR_DAYS = 126;
const YEAR_DAYS = 252;

/** Statistics from daily closes, oldest first. Throws with fewer than two closes or one that is not positive. */
export function marketRow(ticker: string, closes: readonly { readonly close: DecimalString }[]): MarketRow {
  const last = closes.at(-1);
  if (last === undefined || closes.length < 2)
    throw new Error(`${ticker} needs at least 2 closes, not ${closes.length}`);
  const prices = closes.slice(-YEAR_DAYS - 1).map(({ close }) => Number(close));
  if (!prices.every((price) => price > 0 && Number.isFinite(price)))
    throw new Error(`${ticker} has a close that is no price`);
  const year = closes.slice(-YEAR_DAYS);
  const yearPrices = prices.slice(-YEAR_DAYS);
  return {
    ticker,
    price: last.close,
    return1mPercent: returnOver(prices, MONTH_DAYS),
    return6mPercent: returnOver(prices, HALF_YEAR_DAYS),
    return12mPercent: returnOver(prices, YEAR_DAYS),
    // Prices are ordered as floats: two that differ in cents differ there, too, and decimals cost a hundred times more.
    high52w: (year[yearPrices.indexOf(Math.max(...yearPrices))] ?? last).close,
    low52w: (year[yearPrices.indexOf(Math.min(...yearPrices))] ?? last).close,
    volatilityPercent: annualisedVolatility(prices),
    maxDrawdown1yPercent: maxDrawdown(prices),
  };
}

function returnOver(prices: readonly number[], days: number): number | null {
  const start = prices.at(-1 - days);
  const end = prices.at(-1);
  return start === undefined || end === undefined ? null : rounded((end / start - 1) * 100);
}

function annualisedVolatility(prices: readonly number[]): number | null {
  const returns = prices.slice(1).map((price, index) => Math.log(price / (prices[index] as number)));
  if (returns.length < 2) return null;
  const mean = returns.reduce((total, one) => total + one, 0) / returns.length;
  const squares = returns.reduce((total, one) => total + (one - mean) ** 2, 0);
  return rounded(Math.sqrt(squares / (returns.length - 1)) * Math.sqrt(YEAR_DAYS) * 100);
}

function maxDrawdown(prices: readonly number[]): number {
  let high = 0;
  let deepest = 0;
  for (const price of prices) {
    high = Math.max(high, price);
    deepest = Math.max(deepest, 1 - price / high);
  }
  return rounded(deepest * 100);
}

/** Two decimals, and never minus zero. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}
