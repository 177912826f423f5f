import type { MarketDate } from '../market/market-date.ts';
import type { DecimalString } from '../money/decimal.ts';

export const OptionRight = { call: 'CALL', put: 'PUT' } as const;
export type OptionRight = (typeof OptionRight)[keyof typeof OptionRight];

/** A share or an exchange traded fund, quoted in US dollars. */
export interface Stock {
  readonly kind: 'stock';
  readonly symbol: string;
}

/** A listed option; its price is per unit of the underlying, one contract is `multiplier` units. */
export interface Option {
  readonly kind: 'option';
  /** The underlying's symbol. */
  readonly symbol: string;
  readonly expiration: MarketDate;
  readonly strike: DecimalString;
  readonly right: OptionRight;
  readonly multiplier: DecimalString;
}

export type Instrument = Stock | Option;

/** One leg of a combination: `ratio` units of the instrument for each unit of the combination; a side of its own. */
export interface ComboLeg {
  readonly instrument: Instrument;
  readonly side: 'BUY' | 'SELL';
  /** Whole, at least 1. */
  readonly ratio: number;
}

/** What one order trades: an instrument, or legs that fill together at one net price. */
export type Tradable =
  | Instrument
  | { readonly kind: 'combo'; readonly symbol: string; readonly legs: readonly ComboLeg[] };

/**
 * The text by which positions, ledger accounts and journals name an instrument: a stock's symbol (`KO`), or an option in
 * the order symbol, expiration, right, strike (`SPX 2026-12-18 P 5000`).
 */
export function instrumentKey(instrument: Instrument): string {
  if (instrument.kind === 'stock') return instrument.symbol;
  const { symbol, expiration, right, strike } = instrument;
  return `${symbol} ${expiration} ${right === OptionRight.call ? 'C' : 'P'} ${strike}`;
}
