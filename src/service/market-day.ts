import type { PortfolioSnapshotSummary } from '../contracts/activities/research.ts';
import { FoliosError } from '../contracts/errors.ts';
import type { MarketDate } from '../domain/market/market-date.ts';
import type { MarketDataSources } from '../ports/market-data.ts';
import type { MarketClockRepository } from '../ports/repositories.ts';
import type { Engine } from './engine.ts';

export interface MarketDayPorts {
  readonly marketClock: MarketClockRepository;
  readonly marketData: MarketDataSources;
  readonly folios: Pick<Engine, 'startSnapshot'>;
}

/**
 * Moves the replayed market to `to` and marks every portfolio there. INPUT_INVALID for a day before the present one,
 * QUOTE_UNAVAILABLE for one that the bundled history does not reach.
 */
export async function advanceMarketDay(
  { marketClock, marketData, folios }: MarketDayPorts,
  to: MarketDate,
): Promise<{ from: MarketDate | null; snapshots: readonly PortfolioSnapshotSummary[] }> {
  const from = await marketClock.get();
  if (from !== null && to < from) throw goesForwardOnly(from, to);
  // The clock cannot go back: a day without prices must be refused before it moves.
  await marketData.source('replay').benchmark(to);
  if (!(await marketClock.advance(to))) throw goesForwardOnly((await marketClock.get()) ?? to, to);
  const snapshot = await folios.startSnapshot({ marketDate: to }, to);
  return { from, snapshots: await snapshot.result() };
}

function goesForwardOnly(present: MarketDate, to: MarketDate): FoliosError {
  const message = `the market clock only goes forward: it stands at ${present}, after ${to}`;
  return new FoliosError('INPUT_INVALID', message, { present, to });
}
