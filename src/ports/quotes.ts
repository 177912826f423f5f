import type { DecimalString } from '../domain/money/decimal.ts';
import type { Tradable } from '../domain/orders/instrument.ts';
import type { TradingAccount } from './trading-accounts.ts';

/** Both sides of the market and the last price, US dollars a unit; of a combination its net prices. */
export interface TwoSidedQuote {
  readonly bid: DecimalString;
  readonly ask: DecimalString;
  readonly last: DecimalString;
}

/** Present prices of what an account can trade: its broker's own where that is a real one, else its price source's. */
export interface Quotes {
  /** Null where there is no price, or where the source does not know the instrument. */
  quote(account: Pick<TradingAccount, 'broker' | 'priceSource'>, tradable: Tradable): Promise<TwoSidedQuote | null>;
}
