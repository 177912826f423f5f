import type { MarketDate } from '../../../domain/market/market-date.ts';
import type { DecimalString } from '../../../domain/money/decimal.ts';

/** What a contract trades at. Sizes that are null never run out. */
export interface MarketQuote {
  readonly bid: DecimalString;
  readonly ask: DecimalString;
  readonly last: DecimalString;
  /** The close of the trading day before. */
  readonly close: DecimalString;
  readonly bidSize: number | null;
  readonly askSize: number | null;
}

export interface DailyBar {
  readonly day: MarketDate;
  readonly open: DecimalString;
  readonly high: DecimalString;
  readonly low: DecimalString;
  readonly close: DecimalString;
  readonly volume: number;
}

/** The market behind the simulator. Days are trading days; prices are US dollars a share. */
export interface SimulatorMarket {
  /** The day on which a new simulator begins. */
  readonly firstDay: MarketDate;
  /** Null for a symbol that does not exist or has no price around that day. */
  quote(symbol: string, day: MarketDate): Promise<MarketQuote | null>;
  /** Oldest first, both days inclusive; empty for an unknown symbol. */
  bars(symbol: string, from: MarketDate, to: MarketDate): Promise<readonly DailyBar[]>;
  /** Of the S&P 500 index, likewise; the index has a history only. */
  indexBars(from: MarketDate, to: MarketDate): Promise<readonly DailyBar[]>;
  /** Known symbols that begin with the text. */
  search(text: string): Promise<readonly string[]>;
  /** Yearly volatility by which its options are priced, e.g. 0.25. */
  volatility(symbol: string): number;
}
