import type { ClosedLot, InstrumentResult, OpenLot } from '../domain/accounting/profit-and-loss.ts';
import type { MarketDate } from '../domain/market/market-date.ts';
import type { Balances } from '../domain/portfolio/ledger.ts';
import type { AppliedAction } from './corporate-actions.ts';

/** What is left out is not asked for. */
export interface ProfitAndLossQuestion {
  readonly accountIds: readonly string[];
  /** The symbol of the share, or of the options' underlying. */
  readonly symbol: string | null;
  /** Market days, inclusive: what was booked between them. */
  readonly from: MarketDate | null;
  readonly to: MarketDate | null;
}

export interface ProfitAndLoss {
  /** By account and instrument; without those of which nothing came. Sums of the ledger's entries. */
  readonly results: readonly InstrumentResult[];
  /** Oldest closing first, closed between the days. */
  readonly closedLots: readonly ClosedLot[];
  /** As they are now, whatever the days. */
  readonly openLots: readonly OpenLot[];
  /** Splits and dividends that were booked, with an ex-date between the days, oldest first. */
  readonly actions: readonly AppliedAction[];
  /** Of each account's whole ledger, whatever symbol and days. */
  readonly balances: ReadonlyMap<string, Balances>;
}

/** Profit and loss of accounts, all of it as of one moment. */
export interface ProfitAndLossBooks {
  read(question: ProfitAndLossQuestion): Promise<ProfitAndLoss>;
}
