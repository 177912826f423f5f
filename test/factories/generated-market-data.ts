import { FoliosError } from '../../src/contracts/errors.ts';
import { addDays, type MarketDate } from '../../src/domain/market/market-date.ts';
import type { Close, MarketData } from '../../src/ports/market-data.ts';

/** How a generated share moves: yearly drift, size of its daily swings, and a fall in its last 120 days before `turn`. */
export interface GeneratedShare {
  readonly drift: number;
  readonly swing: number;
  readonly recentFall?: number;
}

const FIRST_DAY: MarketDate = '2012-01-02';
const DAYS = 8 * 365;
const TURN: MarketDate = '2019-06-03';

/**
 * Market data over generated closes from 2012 to 2019, without any randomness: an exponential drift with a fixed wave
 * on it. `turn` is the day on which a share with `recentFall` stands lowest.
 */
export function createGeneratedMarketData(shares: Readonly<Record<string, GeneratedShare>>): MarketData {
  const series = new Map(Object.entries(shares).map(([ticker, share], index) => [ticker, generate(share, index)]));
  const closesOf = (ticker: string): readonly Close[] => {
    const found = series.get(ticker);
    if (found === undefined) throw new FoliosError('TICKER_UNKNOWN', `no generated share ${ticker}`);
    return found;
  };
  return {
    source: 'replay',
    simulated: true,
    quote: async (ticker, asOf) => {
      const last = closesOf(ticker).findLast((close) => close.marketDate <= asOf);
      if (last === undefined) throw new FoliosError('QUOTE_UNAVAILABLE', `no price of ${ticker} before ${asOf}`);
      return { ticker, price: last.close, marketDate: last.marketDate, source: 'replay' };
    },
    closes: async (ticker, from, to) =>
      closesOf(ticker).filter(({ marketDate }) => marketDate >= from && marketDate <= to),
    corporateActions: async () => [],
    benchmark: async (asOf) => ({ marketDate: asOf, close: '2500.00' }),
  };
}

function generate(share: GeneratedShare, index: number): Close[] {
  const closes: Close[] = [];
  for (let day = 0; day < DAYS; day += 1) {
    const marketDate = addDays(FIRST_DAY, day);
    const weekday = new Date(`${marketDate}T00:00:00Z`).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    const trend = Math.exp((share.drift * day) / 365);
    const wave = 1 + share.swing * Math.sin(day * 1.7 + index) + share.swing * Math.sin(day / 23 + index);
    const daysToTurn = (Date.parse(TURN) - Date.parse(marketDate)) / 86_400_000;
    const fallen = Math.max(0, Math.min(1, (120 - daysToTurn) / 120));
    const price = 50 * trend * wave * (1 - (share.recentFall ?? 0) * fallen);
    closes.push({ marketDate, close: Math.max(0.01, price).toFixed(2) });
  }
  return closes;
}

/** Twelve shares of every kind, enough for each provider's portfolio. */
export const GENERATED_SHARES: Readonly<Record<string, GeneratedShare>> = {
  CALM: { drift: 0.06, swing: 0.002 },
  EVEN: { drift: 0.05, swing: 0.004 },
  SLOW: { drift: 0.02, swing: 0.005 },
  GROW: { drift: 0.18, swing: 0.012 },
  FAST: { drift: 0.3, swing: 0.02 },
  LEAD: { drift: 0.24, swing: 0.015 },
  WILD: { drift: 0.1, swing: 0.05 },
  SINK: { drift: -0.12, swing: 0.015 },
  DROP: { drift: -0.05, swing: 0.02, recentFall: 0.3 },
  LOST: { drift: 0.15, swing: 0.01, recentFall: 0.45 },
  HURT: { drift: 0.2, swing: 0.012, recentFall: 0.35 },
  DENT: { drift: 0.12, swing: 0.01, recentFall: 0.25 },
};
export const GENERATED_UNIVERSE = Object.keys(GENERATED_SHARES);
