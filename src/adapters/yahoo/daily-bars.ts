import type { MarketDate } from '../../domain/market/market-date.ts';
import type { PriceSeries } from '../market-data/price-series.ts';
import { exchangeCalendar } from './exchange-day.ts';
import type { YahooChart } from './yahoo-client.ts';
import { YahooHttpError } from './yahoo-http.ts';

/** Below it the exchange's grid has no price. */
const SMALLEST_PRICE = 0.0001;

export interface DailyBars {
  /** Closes as traded, adjusted for splits. */
  readonly traded: PriceSeries;
  /** Closes adjusted for splits and dividends; the traded ones where Yahoo sends no adjusted ones, as for an index. */
  readonly adjusted: PriceSeries;
}

export const NO_BARS: DailyBars = { traded: emptySeries(), adjusted: emptySeries() };

/**
 * The closes of finished sessions in a chart, by the exchange's day, `from` and `to` inclusive, each day once. Days
 * without a price (Yahoo sends null for halts) are left out.
 */
export function readDailyBars(chart: YahooChart, from: MarketDate, to: MarketDate, now: Date): DailyBars {
  const traded = chart.indicators.quote[0]?.close ?? [];
  const adjusted = chart.indicators.adjclose?.[0]?.adjclose ?? traded;
  const starts = chart.timestamp;
  if (traded.length !== starts.length || adjusted.length !== starts.length) {
    throw new YahooHttpError('unreadable', 'a chart with as many times as prices was expected');
  }
  const dayOf = exchangeCalendar(chart.meta.exchangeTimezoneName);
  const isOpen = (start: number): boolean => {
    const session = chart.meta.currentTradingPeriod?.regular;
    return session !== undefined && start >= session.start && now.getTime() < session.end * 1000;
  };

  const result = { traded: emptySeries(), adjusted: emptySeries() };
  starts.forEach((start, i) => {
    const day = dayOf(new Date(start * 1000));
    const isNew = day > (result.traded.days.at(-1) ?? '');
    if (day < from || day > to || !isNew || isOpen(start)) return;
    add(result.traded, day, traded[i]);
    add(result.adjusted, day, adjusted[i]);
  });
  return result;
}

function emptySeries(): { days: MarketDate[]; closes: string[] } {
  return { days: [], closes: [] };
}

function add(
  series: { days: MarketDate[]; closes: string[] },
  day: MarketDate,
  close: number | null | undefined,
): void {
  if (close === null || close === undefined || close < SMALLEST_PRICE) return;
  series.days.push(day);
  series.closes.push(String(close));
}
