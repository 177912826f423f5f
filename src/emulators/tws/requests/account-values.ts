import type { Dec } from '../../../domain/money/decimal.ts';
import type { AccountBook } from '../book/account-book.ts';
import { valuationOf } from '../book/margin.ts';
import type { Desk } from '../session/desk.ts';

/** Intraday buying power of a margin account, as TWS counts it. */
const BUYING_POWER = 4;

export interface AccountValue {
  readonly tag: string;
  readonly value: string;
  readonly currency: string;
}

/** What TWS says of an account, by its names. */
export function accountValues(desk: Desk, book: AccountBook): AccountValue[] {
  const { netLiquidation, grossPositions, unrealizedPnl, initialMargin, maintenanceMargin } = valuationOf(
    book,
    desk.quotes,
  );
  const available = netLiquidation.minus(initialMargin);
  const excess = netLiquidation.minus(maintenanceMargin);
  const usd = (tag: string, value: Dec): AccountValue => ({ tag, value: value.toFixed(2), currency: 'USD' });
  return [
    { tag: 'AccountType', value: 'INDIVIDUAL', currency: '' },
    { tag: 'AccountReady', value: 'true', currency: '' },
    { tag: 'Cushion', value: netLiquidation.isZero() ? '0' : excess.div(netLiquidation).toFixed(6), currency: '' },
    usd('NetLiquidation', netLiquidation),
    usd('TotalCashValue', book.cash),
    usd('SettledCash', book.cash),
    usd('BuyingPower', available.gt(0) ? available.times(BUYING_POWER) : available.times(0)),
    usd('EquityWithLoanValue', netLiquidation),
    usd('GrossPositionValue', grossPositions),
    usd('InitMarginReq', initialMargin),
    usd('MaintMarginReq', maintenanceMargin),
    usd('FullInitMarginReq', initialMargin),
    usd('FullMaintMarginReq', maintenanceMargin),
    usd('AvailableFunds', available),
    usd('ExcessLiquidity', excess),
    usd('CashBalance', book.cash),
    usd('RealizedPnL', book.realizedPnl),
    usd('UnrealizedPnL', unrealizedPnl),
    { tag: 'ExchangeRate', value: '1.00', currency: 'USD' },
  ];
}

/** Tags that TWS gives only with `$LEDGER`. */
export const LEDGER_TAGS: ReadonlySet<string> = new Set([
  'CashBalance',
  'RealizedPnL',
  'UnrealizedPnL',
  'ExchangeRate',
]);

/** Profits of an account today, or of one contract in it. */
export function profitsOf(desk: Desk, book: AccountBook): { daily: string; unrealized: string; realized: string } {
  const { netLiquidation, unrealizedPnl } = valuationOf(book, desk.quotes);
  const daily = netLiquidation.minus(desk.dayEquity[book.account] ?? netLiquidation);
  return {
    daily: daily.toFixed(2),
    unrealized: unrealizedPnl.toFixed(2),
    realized: book.realizedPnl.toFixed(2),
  };
}
