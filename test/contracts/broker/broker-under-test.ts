import type { MarketDate } from '../../../src/domain/market/market-date.ts';
import type { StandSession } from '../ibkr/stand.ts';

export interface Price {
  readonly bid: string;
  readonly ask: string;
  /** The ask where it is left out. */
  readonly last?: string;
  /** What can be traded until the next price; without end where it is left out. */
  readonly bidSize?: number;
  readonly askSize?: number;
}

/**
 * A broker as the cases see it. KO trades at 59.99 to 60.01 and PEP at 149.99 to 150.01, both last at 60 and 150, on
 * every day until `setPrice`; options of both are priced by the simulator's model, in steps of a cent below 3 dollars.
 */
export interface BrokerUnderTest {
  readonly account: string;
  /** What the account has before its first order, US dollars. */
  readonly openingCash: string;
  /** A session that is ready; the one before it, if any, is closed first, as if its process had ended. */
  open(): Promise<StandSession>;
  /** The same, and the broker refuses the next placement. */
  openRefusing(): Promise<StandSession>;
  /** Moves the market of a share; orders are worked before it returns, but reports may still be on their way. */
  setPrice(symbol: string, price: Price): Promise<void>;
  /** Ends the trading day and begins this one, with the prices of the beginning. */
  turnTo(day: MarketDate): Promise<void>;
  /** Forgets orders, positions and prices, and closes the session. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}
