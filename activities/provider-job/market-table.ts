import { FoliosError } from '../../src/contracts/errors.ts';
import type { ResearchStrategy } from '../../src/contracts/schemas/strategy.ts';
import { addDays, type MarketDate } from '../../src/domain/market/market-date.ts';
import { type MarketRow, marketRow } from '../../src/domain/market/statistics.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MarketDataSources } from '../../src/ports/market-data.ts';

/** Enough calendar days before the day asked about for a year of trading days and a 52-week high. */
const HISTORY_DAYS = 400;
/** The providers of one run are asked within this time. */
const KEPT_MS = 60_000;
const MAX_KEPT = 50;

export type MarketTable = (strategy: ResearchStrategy, asOf: MarketDate) => Promise<readonly MarketRow[]>;

/**
 * The statistics of a strategy's universe as of a day, read once for all the providers of a run: they compete with the
 * same facts, and a live source is asked a third as often. TICKER_UNKNOWN for a share without history.
 */
export function createMarketTable(marketData: MarketDataSources, clock: Clock): MarketTable {
  const kept = new Map<string, { readonly until: number; readonly rows: Promise<readonly MarketRow[]> }>();
  return (strategy, asOf) => {
    const { priceSource, universe } = strategy;
    const key = [priceSource, asOf, ...universe].join(' ');
    const now = clock.now().getTime();
    const known = kept.get(key);
    if (known && known.until > now) return known.rows;
    const rows = readRows(marketData, strategy, asOf);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(key, { until: now + KEPT_MS, rows });
    // What failed is asked anew.
    rows.catch(() => kept.delete(key));
    return rows;
  };
}

function readRows(
  marketData: MarketDataSources,
  { priceSource, universe }: ResearchStrategy,
  asOf: MarketDate,
): Promise<readonly MarketRow[]> {
  const source = marketData.source(priceSource);
  return Promise.all(
    universe.map(async (ticker) => {
      const closes = await source.closes(ticker, addDays(asOf, -HISTORY_DAYS), asOf);
      if (closes.length >= 2) return marketRow(ticker, closes);
      const message = `${priceSource} has no price history of ${ticker} up to ${asOf}`;
      throw new FoliosError('TICKER_UNKNOWN', message, { ticker, asOf });
    }),
  );
}
