import type { MarketDate } from '../domain/market/market-date.ts';
import type { DecimalString } from '../domain/money/decimal.ts';
import type { Option } from '../domain/orders/instrument.ts';

/** Options on one underlying that share class and multiplier; not every strike exists at every expiration. */
export interface OptionClass {
  readonly tradingClass: string;
  readonly multiplier: DecimalString;
  /** Soonest first. */
  readonly expirations: readonly MarketDate[];
  /** Lowest first. */
  readonly strikes: readonly DecimalString[];
}

/** What an option is worth and how that changes, as the broker computes it. Fractions, not percent; theta per day. */
export interface OptionGreeks {
  readonly impliedVolatility: number;
  readonly delta: number;
  readonly gamma: number | null;
  readonly vega: number | null;
  readonly theta: number | null;
  readonly price: DecimalString | null;
  readonly underlyingPrice: DecimalString | null;
  readonly at: Date;
}

/** A share or an index that a search has found. */
export interface SymbolMatch {
  readonly symbol: string;
  /** The broker's word: STK, IND and so on. */
  readonly kind: string;
  readonly primaryExchange: string;
  readonly currency: string;
  readonly description: string;
  readonly hasOptions: boolean;
}

/**
 * What a strategy has to know to choose an option. Nothing here has an effect at the broker. Every question fails with
 * BROKER_NOT_READY while there is no connection and with BROKER_UNAVAILABLE where it is not answered: both may be asked again.
 */
export interface OptionMarket {
  /** The classes of options on a share or an index. ORDER_INVALID for an unknown symbol, BROKER_REJECTED where it has none. */
  optionChain(symbol: string): Promise<readonly OptionClass[]>;
  /** QUOTE_UNAVAILABLE where none are computed, such as for an option that has expired; ORDER_INVALID for an unknown one. */
  greeks(option: Option): Promise<OptionGreeks>;
  /** Shares and indices whose symbol or name begins with the text, best first. */
  searchSymbols(text: string): Promise<readonly SymbolMatch[]>;
}
