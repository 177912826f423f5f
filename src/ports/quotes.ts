import type { DecimalString } from '../domain/money/decimal.ts';
import type { Instrument, Tradable } from '../domain/orders/instrument.ts';
import type { TradingAccount } from './trading-accounts.ts';

/** Both sides of the market and the last price, US dollars a unit; of a combination its net prices. */
export interface TwoSidedQuote {
  readonly bid: DecimalString;
  readonly ask: DecimalString;
  readonly last: DecimalString;
}

export type QuotedAccount = Pick<TradingAccount, 'broker' | 'priceSource'>;

/** Present prices of what an account can trade: its broker's own where that is a real one, else its price source's. */
export interface Quotes {
  /** Null where there is no price, or where the source does not know the instrument. */
  quote(account: QuotedAccount, tradable: Tradable): Promise<TwoSidedQuote | null>;
  /**
   * With how many dollars' worth of its underlying one share or one contract moves: the delta times the underlying's price
   * times the multiplier. Null where nobody computes it. It may cost a question to the broker that a quote does not.
   */
  deltaUsd(account: QuotedAccount, instrument: Instrument): Promise<DecimalString | null>;
}
