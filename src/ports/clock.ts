import type { PriceSource } from '../contracts/schemas/strategy.ts';
import type { MarketDate } from '../domain/market/market-date.ts';

/** Wall time, for records. */
export interface Clock {
  now(): Date;
}

/** The day on which the market stands: today for live prices, the replayed day for bundled history. */
export interface MarketClock {
  today(source: PriceSource): Promise<MarketDate>;
}
