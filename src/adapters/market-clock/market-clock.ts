import type { PriceSource } from '../../contracts/schemas/strategy.ts';
import type { MarketDate } from '../../domain/market/market-date.ts';
import type { Clock, MarketClock } from '../../ports/clock.ts';
import { isLive, type MarketDataSources } from '../../ports/market-data.ts';
import type { MarketClockRepository } from '../../ports/repositories.ts';
import { createKeptAnswers } from '../market-data/kept-answers.ts';

const NEW_YORK_DAY = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York', dateStyle: 'short' });

/** A ticket asks for the day at every step, and a person moves it once in a while. */
const KEPT_MS = 50;

/**
 * Live prices stand at today's date in New York; simulated ones at the replayed day, which only a person advances. What was
 * read is kept for a twentieth of a second.
 */
export function createMarketClock(
  repository: MarketClockRepository,
  replayStart: MarketDate,
  clock: Clock,
  marketData: MarketDataSources,
): MarketClock {
  const replayed = createKeptAnswers<MarketDate | null>(clock, KEPT_MS);
  return {
    async today(source: PriceSource) {
      if (isLive(marketData, source)) return NEW_YORK_DAY.format(clock.now());
      return (await replayed.ask('day', () => repository.get())) ?? replayStart;
    },
  };
}
