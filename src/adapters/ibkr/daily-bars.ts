import { BarSizeSetting, type Contract, EventName, WhatToShow } from '@stoqey/ib';
import type { MarketDate } from '../../domain/market/market-date.ts';
import type { DecimalString } from '../../domain/money/decimal.ts';
import type { ContractSource } from './contracts.ts';
import { fromIbDay, toDecimalString, toIbDay } from './ib-contract.ts';

export interface DailyBar {
  readonly marketDate: MarketDate;
  readonly open: DecimalString;
  readonly high: DecimalString;
  readonly low: DecimalString;
  readonly close: DecimalString;
  readonly volume: DecimalString;
}

const MS_PER_DAY = 86_400_000;
/** Formatted dates rather than seconds; a day's bar then carries its day. */
const AS_DATES = 1;

/** Bars of regular trading hours from `from` to `to`, oldest first. */
export async function askDailyBars(
  source: ContractSource,
  contract: Contract,
  { from, to, now }: { from: MarketDate; to: MarketDate; now: Date },
): Promise<readonly DailyBar[]> {
  const bars = await source.requests.ask<DailyBar[]>('daily history', source.deadlineMs, (call) => {
    const found: DailyBar[] = [];
    call.listen(EventName.historicalData, (...args: BarArgs) => {
      const [id, date, open, high, low, close, volume] = args;
      if (id !== call.id) return;
      if (date.startsWith('finished')) return call.done(found);
      const marketDate = fromIbDay(date);
      const prices = { open, high, low, close };
      if (marketDate !== null) found.push({ marketDate, ...asDecimals(prices), volume: toDecimalString(volume ?? 0) });
    });
    const { end, duration } = historyRange(from, to, now);
    call.send((ib) =>
      ib.reqHistoricalData(
        ...([call.id, contract, end, duration, BarSizeSetting.DAYS_ONE] as const),
        ...([WhatToShow.TRADES, true, AS_DATES, false] as const),
      ),
    );
  });
  return bars
    .filter(({ marketDate }) => marketDate >= from && marketDate <= to)
    .sort((a, b) => a.marketDate.localeCompare(b.marketDate));
}

type BarArgs = [
  id: number,
  date: string,
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number | undefined,
];

/**
 * End and duration of a request that covers the days: TWS counts trading days back from the end and takes at most 365
 * of them, above that whole years. An end that is not in the past is left empty, which means now.
 */
export function historyRange(from: MarketDate, to: MarketDate, now: Date): { end: string; duration: string } {
  const calendarDays = Math.round((Date.parse(to) - Date.parse(from)) / MS_PER_DAY) + 1;
  const end = Date.parse(to) + MS_PER_DAY < now.getTime() ? `${toIbDay(to)} 23:59:59 US/Eastern` : '';
  const sinceTo = end === '' ? Math.max(0, Math.ceil((now.getTime() - Date.parse(to)) / MS_PER_DAY)) : 0;
  const days = Math.max(1, calendarDays + sinceTo);
  return { end, duration: days <= 365 ? `${days} D` : `${Math.ceil(days / 365)} Y` };
}

function asDecimals(prices: { open: number; high: number; low: number; close: number }) {
  return {
    open: toDecimalString(prices.open),
    high: toDecimalString(prices.high),
    low: toDecimalString(prices.low),
    close: toDecimalString(prices.close),
  };
}
