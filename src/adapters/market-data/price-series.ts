import type { MarketDate } from '../../domain/market/market-date.ts';

/** Daily closes of one instrument, oldest first; `days[i]` belongs to `closes[i]`, which are exact decimals as sent. */
export interface PriceSeries {
  readonly days: readonly MarketDate[];
  readonly closes: readonly string[];
}

/** Position of the first day that is not before `day`; the series' length where all are before it. */
export function firstIndexFrom(days: readonly MarketDate[], day: MarketDate): number {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((days[middle] as string) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last close on or before `day`; null where the series begins later. */
export function lastCloseUpTo(series: PriceSeries, day: MarketDate): { day: MarketDate; close: string } | null {
  const after = firstIndexFrom(series.days, day);
  const index = series.days[after] === day ? after : after - 1;
  const found = series.days[index];
  const close = series.closes[index];
  return found === undefined || close === undefined ? null : { day: found, close };
}
