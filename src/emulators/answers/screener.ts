import { createHash } from 'node:crypto';
import { errorCodeOf } from '../../contracts/errors.ts';
import type { RecommendationAnswer } from '../../contracts/schemas/recommendation.ts';
import { addDays, type MarketDate } from '../../domain/market/market-date.ts';
import { Dec } from '../../domain/money/decimal.ts';
import type { ProviderName } from '../../domain/research/provider.ts';
import type { MarketData } from '../../ports/market-data.ts';
import { methodFor, type ScreeningMethod } from './methods.ts';
import { type Metrics, measure } from './metrics.ts';
import type { Frame } from './prompt-reader.ts';

type Advice = RecommendationAnswer['recommendations'][number];

/** How a provider differs from the others: its taste, how many names it buys, how much it invests, how wide its stops are. */
interface Bias {
  readonly names: number;
  readonly investedPercent: number;
  readonly tilt: (share: Metrics) => number;
  /** Distances of stop and target from the entry, as parts of the annual volatility. */
  readonly stopReach: number;
  readonly targetReach: number;
}

const BIASES: Readonly<Record<ProviderName, Bias>> = {
  openai: {
    names: 6,
    investedPercent: 96,
    tilt: (share) => share.return6Months,
    stopReach: 0.45,
    targetReach: 0.8,
  },
  anthropic: {
    names: 5,
    investedPercent: 90,
    tilt: (share) => -share.volatility,
    stopReach: 0.35,
    targetReach: 0.6,
  },
  gemini: {
    names: 7,
    investedPercent: 94,
    tilt: (share) => share.return5Years ?? share.return12Months,
    stopReach: 0.5,
    targetReach: 1,
  },
};

const TILT_WEIGHT = 0.35;
const JITTER = 0.04;
const FEWEST_BUYS = 4;
const WATCHED_NAMES = 2;
const LARGEST_POSITION_PERCENT = 30;
const RECORD_DAYS = 6 * 366;
const CACHED_METRICS = 20_000;

export interface Screener {
  /** Screens the frame's universe as of its day. Tickers without a year of prices are left out. */
  screen(frame: Frame, prompt: string, provider: ProviderName): Promise<RecommendationAnswer>;
}

/** A screener that sees closes up to the asked day only; deterministic by seed. Fails only where the prices do. */
export function createScreener(marketData: MarketData, seed: string): Screener {
  // Promises are kept, not results: a batch of thousands asks for the same shares at the same moment.
  const cache = new Map<string, Promise<Metrics | null>>();
  const metricsOf = (ticker: string, asOf: MarketDate): Promise<Metrics | null> => {
    const key = `${ticker}@${asOf}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const computed = closesOf(marketData, ticker, asOf).then((closes) => measure(ticker, closes));
    if (cache.size >= CACHED_METRICS) cache.clear();
    cache.set(key, computed);
    computed.catch(() => cache.delete(key));
    return computed;
  };
  return {
    screen: async (frame, prompt, provider) => {
      const method = methodFor(frame.method, prompt);
      const tickers = [...new Set([...frame.universe, ...frame.holdings.keys()])];
      const measured = await Promise.all(tickers.map((ticker) => metricsOf(ticker, frame.asOf)));
      const shares = measured.filter((share) => share !== null);
      const jitter = (ticker: string) => jitterOf([seed, provider, method.name, frame.asOf, ticker]);
      const ranked = rank(shares, method, BIASES[provider], jitter);
      return { recommendations: advise(ranked, method, BIASES[provider], frame) };
    },
  };
}

async function closesOf(marketData: MarketData, ticker: string, asOf: MarketDate) {
  try {
    return await marketData.closes(ticker, addDays(asOf, -RECORD_DAYS), asOf);
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'TICKER_UNKNOWN' || code === 'QUOTE_UNAVAILABLE') return [];
    throw error;
  }
}

/** Best first: factors become ranks between 0 and 1, are weighed, and the eligible come before the others. */
function rank(
  shares: readonly Metrics[],
  method: ScreeningMethod,
  bias: Bias,
  jitter: (ticker: string) => number,
): { share: Metrics; eligible: boolean }[] {
  const weights = method.factors.reduce((total, factor) => total + factor.weight, 0);
  const factors = [...method.factors, { weight: weights * TILT_WEIGHT, of: bias.tilt }];
  const scores = new Map<string, number>(shares.map((share) => [share.ticker, JITTER * jitter(share.ticker)]));
  for (const factor of factors) {
    const ordered = [...shares].sort((a, b) => factor.of(a) - factor.of(b));
    ordered.forEach((share, position) => {
      const part = (factor.weight / weights) * (position / Math.max(1, ordered.length - 1));
      scores.set(share.ticker, (scores.get(share.ticker) ?? 0) + part);
    });
  }
  return shares
    .map((share) => ({ share, eligible: method.isEligible(share), score: scores.get(share.ticker) ?? 0 }))
    .sort(
      (a, b) =>
        Number(b.eligible) - Number(a.eligible) || b.score - a.score || (a.share.ticker < b.share.ticker ? -1 : 1),
    );
}

/**
 * Buys the best names that are not held yet, holds what is held and still ranks well, sells what fell out, and names a
 * few more to watch. A strict method buys nothing that is not eligible and keeps the rest in cash.
 */
function advise(
  ranked: readonly { share: Metrics; eligible: boolean }[],
  method: ScreeningMethod,
  bias: Bias,
  frame: Frame,
): Advice[] {
  const eligible = ranked.filter((one) => one.eligible).length;
  const wanted = Math.min(bias.names, ranked.length);
  const count = method.strict ? Math.min(wanted, eligible) : Math.min(wanted, Math.max(eligible, FEWEST_BUYS));
  const chosen = ranked.slice(0, count);
  const watched = ranked.slice(count, count + WATCHED_NAMES);
  const kept = new Set(watched.map(({ share }) => share.ticker));
  const sizes = allocate(count, method.strict ? (bias.investedPercent * count) / bias.names : bias.investedPercent);
  const buys = chosen.map(({ share }, position) => {
    const [first, second] = method.why(share);
    const size = sizes[position] ?? 0;
    return frame.holdings.has(share.ticker)
      ? adviceOf(share, 'HOLD', size, bias, `${first} It keeps its place in the ranking.`)
      : adviceOf(share, 'BUY', size, bias, `${first} ${second}`);
  });
  const holds = watched.map(({ share }) =>
    adviceOf(share, 'HOLD', 0, bias, `${method.why(share)[0]} It ranks just behind the names to buy.`),
  );
  const sells = ranked
    .slice(count)
    .filter(({ share }) => frame.holdings.has(share.ticker) && !kept.has(share.ticker))
    .map(({ share }) =>
      adviceOf(
        share,
        'SELL',
        0,
        bias,
        `${share.ticker} fell out of the ${method.name} ranking. ${method.why(share)[0]}`,
      ),
    );
  return [...buys, ...holds, ...sells];
}

/** Percentages that fall slowly from the first name to the last and sum to at most `total`, in steps of a half. */
function allocate(count: number, total: number): number[] {
  const weights = Array.from({ length: count }, (_unused, position) => 2 * count - position);
  const sum = weights.reduce((left, right) => left + right, 0);
  return weights.map((weight) =>
    Math.min(LARGEST_POSITION_PERCENT, Math.max(0.5, Math.floor((2 * total * weight) / sum) / 2)),
  );
}

function adviceOf(share: Metrics, action: Advice['action'], percent: number, bias: Bias, rationale: string): Advice {
  const entry = new Dec(share.lastClose);
  const places = entry.lessThan(1) ? 4 : 2;
  const step = new Dec(1).div(new Dec(10).pow(places));
  const reach = (part: number, least: number, most: number) => Math.min(most, Math.max(least, part * share.volatility));
  const target = entry.times(1 + reach(bias.targetReach, 0.08, 0.4)).toDecimalPlaces(places);
  const stop = entry.times(1 - reach(bias.stopReach, 0.05, 0.25)).toDecimalPlaces(places);
  return {
    ticker: share.ticker,
    action,
    entry_price: entry.toNumber(),
    target_price: Dec.max(target, entry.plus(step)).toNumber(),
    stop_loss: Dec.max(step.div(10), Dec.min(stop, entry.minus(step))).toNumber(),
    allocation_percent: percent,
    rationale,
  };
}

/** A number between -1 and 1 that only these words decide. */
function jitterOf(words: readonly string[]): number {
  const digest = createHash('sha256').update(words.join('\u0000')).digest();
  return (digest.readUInt32BE(0) / 0xffffffff) * 2 - 1;
}
