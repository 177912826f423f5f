import type { CorporateAction } from '../../domain/accounting/corporate-actions.ts';
import type { MarketDate } from '../../domain/market/market-date.ts';
import { dec } from '../../domain/money/decimal.ts';
import { exchangeCalendar } from './exchange-day.ts';
import type { YahooChart } from './yahoo-client.ts';
import { YahooHttpError } from './yahoo-http.ts';

/** Dividends are declared to fewer; Yahoo's floats have noise behind them. */
const DIVIDEND_DECIMALS = 6;

/**
 * The splits and dividends among a chart's events whose ex-date lies between the days, inclusive, oldest first. Yahoo
 * writes dividends in shares of today: one that was paid before a split is told after it, divided.
 */
export function readCorporateActions(chart: YahooChart, from: MarketDate, to: MarketDate): readonly CorporateAction[] {
  const dayOf = exchangeCalendar(chart.meta.exchangeTimezoneName);
  const exDateOf = ({ date }: { readonly date: number }) => dayOf(new Date(date * 1000));
  const splits = Object.values(chart.events?.splits ?? {}).map((split): CorporateAction => {
    const { numerator: to, denominator: from } = split;
    return { kind: 'split', exDate: exDateOf(split), ratio: wholeRatio(to, from) };
  });
  const dividends = Object.values(chart.events?.dividends ?? {}).map(
    (dividend): CorporateAction => ({
      kind: 'dividend',
      exDate: exDateOf(dividend),
      perShareUsd: dec(String(dividend.amount)).toDecimalPlaces(DIVIDEND_DECIMALS).toFixed(),
    }),
  );
  return [...splits, ...dividends]
    .filter(({ exDate }) => exDate >= from && exDate <= to)
    .toSorted((one, other) => (one.exDate < other.exDate ? -1 : one.exDate > other.exDate ? 1 : 0));
}

/** A spin-off is told as a split of odd numbers such as 1281 for 1000, or 1.281 for 1. */
function wholeRatio(to: number, from: number) {
  for (let scale = 1; scale <= 1_000_000; scale *= 10) {
    const [whole, units] = [to * scale, from * scale].map((one) => dec(one).toDecimalPlaces(9).toNumber());
    if (Number.isSafeInteger(whole) && Number.isSafeInteger(units))
      return { to: whole as number, from: units as number };
  }
  throw new YahooHttpError('unreadable', `unexpected split of ${to} for ${from}`);
}
