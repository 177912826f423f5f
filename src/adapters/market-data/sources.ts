import type { PriceSource } from '../../contracts/schemas/strategy.ts';
import type { MarketData, MarketDataSources } from '../../ports/market-data.ts';

/** The market data of every price source that a strategy may name. */
export function createMarketDataSources(sources: Readonly<Record<PriceSource, MarketData>>): MarketDataSources {
  return { source: (name) => sources[name] };
}
