import { errorCodeOf } from '../../../contracts/errors.ts';
import { addDays, type MarketDate } from '../../../domain/market/market-date.ts';
import { toPriceGrid } from '../../../domain/market/price-grid.ts';
import { TICKER_PATTERN } from '../../../domain/market/ticker.ts';
import { dec } from '../../../domain/money/decimal.ts';
import { MODEL_VOLATILITY } from '../../../domain/options/option-model.ts';
import type { Close, MarketData } from '../../../ports/market-data.ts';
import type { DailyBar, MarketQuote, SimulatorMarket } from './simulator-market.ts';

/** Long enough to find the close before a long weekend. */
const CLOSE_LOOKBACK_DAYS = 7;

/**
 * The simulator's market over daily closes: the last price is the day's close, bid and ask stand one price step apart
 * around it, and a bar's four prices are its close. `symbols` is what a search can find; a price is asked for any symbol.
 */
export function createMarketDataMarket(
  marketData: MarketData,
  options: { firstDay: MarketDate; symbols?: readonly string[] },
): SimulatorMarket {
  return {
    firstDay: options.firstDay,
    async quote(symbol, day) {
      if (!TICKER_PATTERN.test(symbol)) return null;
      try {
        const { price, marketDate } = await marketData.quote(symbol, day);
        const before = await marketData.closes(
          symbol,
          addDays(marketDate, -CLOSE_LOOKBACK_DAYS),
          addDays(marketDate, -1),
        );
        return quoteAround(price, before.at(-1)?.close ?? price);
      } catch (error) {
        if (isNoPrice(error)) return null;
        throw error;
      }
    },
    async bars(symbol, from, to) {
      try {
        return (await marketData.closes(symbol, from, to)).map(barOf);
      } catch (error) {
        if (isNoPrice(error)) return [];
        throw error;
      }
    },
    async indexBars(from, to) {
      const bars: DailyBar[] = [];
      // A market tells the index of one day: the last close on or before it.
      for (let day = from; day <= to; day = addDays(day, 1)) {
        const close = await marketData.benchmark(day).catch((error: unknown) => {
          if (isNoPrice(error)) return null;
          throw error;
        });
        if (close?.marketDate === day) bars.push(barOf(close));
      }
      return bars;
    },
    search: async (text) => (options.symbols ?? []).filter((symbol) => symbol.startsWith(text.toUpperCase())),
    volatility: () => MODEL_VOLATILITY,
  };
}

function barOf({ marketDate, close }: Close): DailyBar {
  return { day: marketDate, open: close, high: close, low: close, close, volume: 0 };
}

/** Bid and ask one step apart around a price: half a step does not exist, so the ask is the price itself. */
function quoteAround(price: string, close: string): MarketQuote {
  const last = dec(price);
  const step = last.gt(1) ? '0.01' : '0.0001';
  const bid = last.minus(step).gt(0) ? toPriceGrid(last.minus(step)) : price;
  return { bid, ask: price, last: price, close, bidSize: null, askSize: null };
}

function isNoPrice(error: unknown): boolean {
  return ['TICKER_UNKNOWN', 'QUOTE_UNAVAILABLE'].includes(errorCodeOf(error) ?? '');
}
