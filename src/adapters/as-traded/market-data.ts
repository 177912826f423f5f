import type { CorporateAction } from '../../domain/accounting/corporate-actions.ts';
import { addDays, type MarketDate } from '../../domain/market/market-date.ts';
import { toPriceGrid } from '../../domain/market/price-grid.ts';
import { type Close, type MarketData, QUOTE_MAX_AGE_DAYS } from '../../ports/market-data.ts';
import { readTradedRows } from '../market-data/history-file.ts';
import { assertMarketDate, quoteUnavailable, tickerUnknown } from '../market-data/market-data-errors.ts';
import { firstIndexFrom, lastCloseUpTo, type PriceSeries } from '../market-data/price-series.ts';
import { deriveActions } from './derive-actions.ts';

const FILE = 'ohlcv-2000-2013.csv.gz';

/** The first and the last day of the prices; GOOG begins on 2004-08-19, FB on 2012-05-18. */
export const AS_TRADED_FIRST_DAY: MarketDate = '2000-03-01';
export const AS_TRADED_LAST_DAY: MarketDate = '2013-03-01';

interface Share {
  readonly traded: PriceSeries;
  readonly adjusted: PriceSeries;
  readonly actions: readonly CorporateAction[];
}

/**
 * AAPL, FB, GOOG, IBM and MSFT from bundled real daily history, each day at the price that was paid then; what was split
 * or paid is told as corporate actions. `closes` are adjusted, as of every source. The benchmark is another source's.
 * Reads its file at the first question, once. INTERNAL where it is missing or damaged.
 */
export function createAsTradedMarketData(dataDir: string, options: { benchmark: MarketData }): MarketData {
  let history: Promise<ReadonlyMap<string, Share>> | undefined;
  const shareOf = async (ticker: string): Promise<Share> => {
    // A failed read is forgotten, so that a file put in place later is found without a restart.
    history ??= readShares(dataDir).catch((error: unknown) => {
      history = undefined;
      throw error;
    });
    const share = (await history).get(ticker);
    if (share === undefined) throw tickerUnknown('as_traded', ticker);
    return share;
  };

  return {
    source: 'as_traded',
    simulated: true,

    async quote(ticker, asOf) {
      assertMarketDate(asOf);
      const { traded } = await shareOf(ticker);
      const last = lastCloseUpTo(traded, asOf);
      if (last === null || last.day < addDays(asOf, -QUOTE_MAX_AGE_DAYS)) throw outside(traded, ticker, asOf);
      return { ticker, price: toPriceGrid(last.close), marketDate: last.day, source: 'as_traded' };
    },

    async closes(ticker, from, to) {
      assertMarketDate(from);
      assertMarketDate(to);
      const { days, closes } = (await shareOf(ticker)).adjusted;
      const range: Close[] = [];
      for (let i = firstIndexFrom(days, from); i < days.length && (days[i] as string) <= to; i += 1) {
        range.push({ marketDate: days[i] as string, close: toPriceGrid(closes[i] as string) });
      }
      return range;
    },

    async corporateActions(ticker, from, to) {
      assertMarketDate(from);
      assertMarketDate(to);
      const { actions } = await shareOf(ticker);
      return actions.filter(({ exDate }) => exDate >= from && exDate <= to);
    },

    benchmark: (asOf) => options.benchmark.benchmark(asOf),
  };
}

async function readShares(dataDir: string): Promise<ReadonlyMap<string, Share>> {
  const rows = await readTradedRows(dataDir, FILE);
  return new Map(
    [...rows].map(([ticker, { traded, adjusted }]) => [
      ticker,
      { traded, adjusted, actions: deriveActions(traded, adjusted) },
    ]),
  );
}

function outside({ days }: PriceSeries, ticker: string, asOf: MarketDate): Error {
  const covered = `it covers ${days[0]} to ${days.at(-1)}`;
  const message = `the bundled prices as traded have none within ${QUOTE_MAX_AGE_DAYS} days before ${asOf}; ${covered}`;
  return quoteUnavailable({ source: 'as_traded', ticker, asOf, reason: 'outside_history', message });
}
