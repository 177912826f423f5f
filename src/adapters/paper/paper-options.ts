import type { DueAction } from '../../domain/accounting/corporate-actions.ts';
import type { MarketDate } from '../../domain/market/market-date.ts';
import type { DecimalString } from '../../domain/money/decimal.ts';
import type { TradedPart } from '../../domain/orders/commission.ts';
import type { Instrument } from '../../domain/orders/instrument.ts';
import type { PriceGridFacts } from '../../domain/orders/price-increment.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PaperStore } from './paper-store.ts';

/** What an instrument trades at, US dollars per share or per unit of the underlying. */
export interface PaperQuote {
  readonly bid: DecimalString;
  readonly ask: DecimalString;
  readonly last: DecimalString;
  /** What can be traded at these prices until the market moves; without end where it is null or left out. */
  readonly bidSize?: number | null;
  readonly askSize?: number | null;
}

/** The market that an account trades against. */
export interface PaperMarket {
  /** The trading day on which its prices stand. */
  today(): Promise<MarketDate>;
  /** Null for what it does not know or has no price of; a failure means that nobody knows at the moment. */
  quote(instrument: Instrument): Promise<PaperQuote | null>;
  /** Where absent, nothing ever befalls a share. */
  readonly actions?: PaperActions;
}

/** The splits and dividends of a market. */
export interface PaperActions {
  /** The last day whose splits and dividends can be known while the market stands on this one: a live market's are told with its session. */
  through(today: MarketDate): MarketDate;
  /** Those of these shares after one day, up to another, oldest first. */
  due(symbols: readonly string[], window: { after: MarketDate; through: MarketDate }): Promise<readonly DueAction[]>;
  /** Called before they are booked here: the owner of the account books the same to his books, up to this day, once. */
  book(through: MarketDate): Promise<void>;
}

export interface PaperAccount {
  /** What it has before its first order. */
  readonly openingCashUsd: DecimalString;
  readonly market: PaperMarket;
}

/** What one more part of an order costs, US dollars, after the parts of the same instrument before it. */
export type PaperCommission = (
  instrument: Instrument,
  before: readonly TradedPart[],
  part: TradedPart,
) => DecimalString;

export interface PaperLog {
  error(facts: object, message: string): void;
}

export interface PaperSessionOptions {
  /** Null for an account that is none of the paper broker's. */
  readonly account: (account: string) => Promise<PaperAccount | null>;
  readonly store: PaperStore;
  readonly clock: Clock;
  readonly log: PaperLog;
  /** All that happens by chance follows from it, the order's reference and the number of its fill. */
  readonly seed: number;
  /** Worsens the fills of market orders and of stops without a limit. 0 when absent. */
  readonly slippageBps?: number;
  /** That a fill trades only `partialFillShare` of what it could; the rest waits for the next market. 0 when absent. */
  readonly partialFillProbability?: number;
  /** 0.5 when absent; at least one unit is traded. */
  readonly partialFillShare?: number;
  /** That a placement is refused. 0 when absent. */
  readonly rejectProbability?: number;
  /** IBKR's published rates when absent. */
  readonly commission?: PaperCommission;
  /** False refuses sales of shares that are not held. True when absent. */
  readonly allowShort?: boolean;
  /** Between attempts to open the accounts where they cannot be read; a second when absent. */
  readonly retryMs?: number;
  /** What is known of price grids beyond the defaults. */
  readonly grid?: PriceGridFacts;
}
