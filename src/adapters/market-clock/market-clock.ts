import type { PriceSource } from '../../contracts/schemas/strategy.ts';
import type { MarketDate } from '../../domain/market/market-date.ts';
import type { Clock, MarketClock } from '../../ports/clock.ts';
import { isLive, type MarketDataSources } from '../../ports/market-data.ts';
import type { MarketClockRepository } from '../../ports/repositories.ts';

const NEW_YORK_DAY = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York', dateStyle: 'short' });

/** Live prices stand at today's date in New York; simulated ones at the replayed day, which only a person advances. */
export function createMarketClock(
  repository: MarketClockRepository,
  replayStart: MarketDate,
  clock: Clock,
  marketData: MarketDataSources,
): MarketClock {
  return {
    async today(source: PriceSource) {
      if (isLive(marketData, source)) return NEW_YORK_DAY.format(clock.now());
      return (await repository.get()) ?? replayStart;
    },
  };
}
