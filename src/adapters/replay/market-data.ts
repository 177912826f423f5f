import { FoliosError } from '../../contracts/errors.ts';
import { addDays, type MarketDate } from '../../domain/market/market-date.ts';
import { toPriceGrid } from '../../domain/market/price-grid.ts';
import type { DecimalString } from '../../domain/money/decimal.ts';
import { type Close, type MarketData, QUOTE_MAX_AGE_DAYS } from '../../ports/market-data.ts';
import { readClosesTable, readOhlcvRows } from '../market-data/history-file.ts';
import { assertMarketDate, quoteUnavailable, tickerUnknown } from '../market-data/market-data-errors.ts';
import { firstIndexFrom, lastCloseUpTo, type PriceSeries } from '../market-data/price-series.ts';

/** The first and the last day of the bundled history. FB, GOOG and IBM cover only a part: see data/NOTICE.md. */
export const REPLAY_FIRST_DAY: MarketDate = '1990-01-02';
export const REPLAY_LAST_DAY: MarketDate = '2022-12-28';

const INDEX_TICKER = 'SP500';

interface History {
  readonly shares: ReadonlyMap<string, ShareSeries>;
  readonly index: PriceSeries;
}

interface ShareSeries extends PriceSeries {
  /** The closes on the price grid that were asked for before: every prompt asks for thousands, mostly the same. */
  readonly gridCloses: DecimalString[];
}

/**
 * Bundled real daily history as if the market stood on the day asked for: no answer holds a price from after it. Reads
 * the files of `dataDir` at the first question, once. INTERNAL where they are missing or damaged.
 */
export function createReplayMarketData(dataDir: string): MarketData {
  let history: Promise<History> | undefined;
  const load = (): Promise<History> => {
    // A failed read is forgotten, so that files put in place later are found without a restart.
    history ??= readHistory(dataDir).catch((error: unknown) => {
      history = undefined;
      throw error;
    });
    return history;
  };
  const seriesOf = async (ticker: string): Promise<ShareSeries> => {
    const series = (await load()).shares.get(ticker);
    if (series === undefined) throw tickerUnknown('replay', ticker);
    return series;
  };

  return {
    source: 'replay',
    simulated: true,

    async quote(ticker, asOf) {
      assertMarketDate(asOf);
      const close = recentClose(await seriesOf(ticker), ticker, asOf);
      return { ticker, price: close.close, marketDate: close.marketDate, source: 'replay' };
    },

    async closes(ticker, from, to) {
      assertMarketDate(from);
      assertMarketDate(to);
      const { days, closes, gridCloses } = await seriesOf(ticker);
      const range: Close[] = [];
      for (let i = firstIndexFrom(days, from); i < days.length && (days[i] as string) <= to; i += 1) {
        gridCloses[i] ??= toPriceGrid(closes[i] as string);
        range.push({ marketDate: days[i] as string, close: gridCloses[i] as string });
      }
      return range;
    },

    /** The series are adjusted: what was split or paid is in their prices already. */
    async corporateActions(ticker, from, to) {
      assertMarketDate(from);
      assertMarketDate(to);
      await seriesOf(ticker);
      return [];
    },

    async benchmark(asOf) {
      assertMarketDate(asOf);
      return recentClose((await load()).index, INDEX_TICKER, asOf);
    },
  };
}

/** Shares of both files: the long file wins where a ticker is in both, for its adjustment reaches to its own last day. */
async function readHistory(dataDir: string): Promise<History> {
  const [long, short, index] = await Promise.all([
    readClosesTable(dataDir, 'closes-1990-2022.csv.gz'),
    readOhlcvRows(dataDir, 'ohlcv-2000-2013.csv.gz'),
    readClosesTable(dataDir, 'sp500-index-1990-2022.csv.gz'),
  ]);
  const indexSeries = index.get(INDEX_TICKER);
  if (indexSeries === undefined) throw new FoliosError('INTERNAL', `the bundled index history has no ${INDEX_TICKER}`);
  const shares = [...short, ...long].map(([ticker, { days, closes }]): [string, ShareSeries] => [
    ticker,
    { days, closes, gridCloses: [] },
  ]);
  return { shares: new Map(shares), index: indexSeries };
}

function recentClose(series: PriceSeries, ticker: string, asOf: MarketDate): Close {
  const last = lastCloseUpTo(series, asOf);
  if (last === null || last.day < addDays(asOf, -QUOTE_MAX_AGE_DAYS)) {
    throw quoteUnavailable({
      source: 'replay',
      ticker,
      asOf,
      reason: 'outside_history',
      message: `the bundled history has none within ${QUOTE_MAX_AGE_DAYS} days before ${asOf}; it covers ${series.days[0]} to ${series.days.at(-1)}`,
    });
  }
  return { marketDate: last.day, close: toPriceGrid(last.close) };
}
