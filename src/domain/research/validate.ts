import { Dec, type DecimalString, sum } from '../money/decimal.ts';
import { type NumericUnit, readNumber } from './numeric-input.ts';
import { type Recommendation, RecommendationAction } from './recommendation.ts';
import { cleanUntrustedText } from './untrusted-text.ts';

export type ValidatedRecommendations =
  | { readonly ok: true; readonly recommendations: readonly Recommendation[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const MAX_RATIONALE_LENGTH = 2000;
const MAX_PROBLEMS = 50;
/** Outside these no share is quoted: a hundredth of a cent is the smallest step of the exchanges below a dollar. */
const MIN_PRICE_USD = new Dec('0.0001');
const MAX_PRICE_USD = new Dec('1000000000');
const MAX_PERCENT = new Dec(100);
const ACTIONS = Object.values(RecommendationAction);

type Report = (path: string, problem: string) => void;

/**
 * Checks an answer against the rules that the prompt states and makes it exact: decimals as plain strings, tickers and
 * actions in capitals, rationales cleaned for people. Unknown fields are ignored. Every problem is named with its path,
 * e.g. `recommendations[2].stop_loss: must be below the entry price …`; after fifty the rest is only counted.
 */
export function validateRecommendations(
  value: unknown,
  context: { readonly universe: readonly string[] },
): ValidatedRecommendations {
  const problems: string[] = [];
  const report: Report = (path, problem) => problems.push(`${path}: ${problem}`);
  const items = readItems(value, context.universe, report);
  const recommendations = items.map((item, index) =>
    readRecommendation(item, `recommendations[${index}]`, context.universe, report),
  );
  reportDuplicates(recommendations, report);
  const total = sum(recommendations.map((one) => one.allocation ?? new Dec(0)));
  if (total.greaterThan(MAX_PERCENT)) {
    report('recommendations', `allocation_percent sums to ${total.toFixed()}; all together at most 100`);
  }
  if (problems.length === 0) return { ok: true, recommendations: recommendations.map(toRecommendation) };
  const named = problems.slice(0, MAX_PROBLEMS);
  if (problems.length > MAX_PROBLEMS) named.push(`and ${problems.length - MAX_PROBLEMS} more problems`);
  return { ok: false, problems: named };
}

/** One recommendation while it is read; null stands for what was reported as a problem. */
interface Draft {
  readonly ticker: string | null;
  readonly action: RecommendationAction | null;
  readonly entry: Dec | null;
  readonly target: Dec | null;
  readonly stop: Dec | null;
  readonly allocation: Dec | null;
  readonly rationale: string | null;
}

function readItems(value: unknown, universe: readonly string[], report: Report): readonly unknown[] {
  const list = isRecord(value) ? value.recommendations : undefined;
  if (!Array.isArray(list)) {
    report('recommendations', list === undefined ? 'is missing' : `must be an array, not ${show(list)}`);
    return [];
  }
  if (list.length === 0) report('recommendations', 'must have at least one recommendation');
  if (list.length <= universe.length) return list;
  report('recommendations', `has ${list.length} entries, more than the ${universe.length} tickers of the universe`);
  return [];
}

function readRecommendation(item: unknown, path: string, universe: readonly string[], report: Report): Draft {
  if (!isRecord(item)) {
    report(path, `must be an object, not ${show(item)}`);
    return { ticker: null, action: null, entry: null, target: null, stop: null, allocation: null, rationale: null };
  }
  const draft: Draft = {
    ticker: readTicker(item.ticker, `${path}.ticker`, universe, report),
    action: readAction(item.action, `${path}.action`, report),
    entry: readPrice(item.entry_price, `${path}.entry_price`, report),
    target: readPrice(item.target_price, `${path}.target_price`, report),
    stop: readPrice(item.stop_loss, `${path}.stop_loss`, report),
    allocation: readAllocation(item.allocation_percent, `${path}.allocation_percent`, report),
    rationale: readRationale(item.rationale, `${path}.rationale`, report),
  };
  if (draft.action === RecommendationAction.buy) reportBuyProblems(draft, path, report);
  return draft;
}

function readTicker(value: unknown, path: string, universe: readonly string[], report: Report): string | null {
  const ticker = typeof value === 'string' ? value.trim().toUpperCase() : null;
  if (ticker === null) report(path, expected('a ticker of the universe', value));
  else if (!universe.includes(ticker)) report(path, `${show(value)} is not in the universe`);
  else return ticker;
  return null;
}

function readAction(value: unknown, path: string, report: Report): RecommendationAction | null {
  const action = typeof value === 'string' ? value.trim().toUpperCase() : null;
  const known = ACTIONS.find((one) => one === action) ?? null;
  if (known === null) report(path, expected('BUY, SELL or HOLD', value));
  return known;
}

function readPrice(value: unknown, path: string, report: Report): Dec | null {
  const price = readDecimal(value, 'usd', path, report);
  if (price === null) return null;
  if (price.greaterThanOrEqualTo(MIN_PRICE_USD) && price.lessThanOrEqualTo(MAX_PRICE_USD)) return price;
  const bound = price.greaterThan(MAX_PRICE_USD) ? `at most ${MAX_PRICE_USD.toFixed()}` : 'a positive price';
  report(path, `must be ${bound}, not ${show(value)}`);
  return null;
}

function readAllocation(value: unknown, path: string, report: Report): Dec | null {
  const percent = readDecimal(value, 'percent', path, report);
  if (percent === null || (percent.greaterThanOrEqualTo(0) && percent.lessThanOrEqualTo(MAX_PERCENT))) return percent;
  report(path, `must be from 0 to 100, not ${show(value)}`);
  return null;
}

function readDecimal(value: unknown, unit: NumericUnit, path: string, report: Report): Dec | null {
  const number = readNumber(value, unit);
  if (number === null) report(path, expected(unit === 'usd' ? 'a number of US dollars' : 'a number of percent', value));
  return number;
}

function readRationale(value: unknown, path: string, report: Report): string | null {
  if (typeof value === 'string') return cleanUntrustedText(value, MAX_RATIONALE_LENGTH);
  report(path, expected('a text', value));
  return null;
}

function reportBuyProblems(draft: Draft, path: string, report: Report): void {
  const { entry, target, stop, allocation } = draft;
  if (entry !== null && stop?.greaterThanOrEqualTo(entry)) {
    report(
      `${path}.stop_loss`,
      `must be below the entry price for a BUY: ${stop.toFixed()} is not below ${entry.toFixed()}`,
    );
  }
  if (entry !== null && target?.lessThanOrEqualTo(entry)) {
    report(
      `${path}.target_price`,
      `must be above the entry price for a BUY: ${target.toFixed()} is not above ${entry.toFixed()}`,
    );
  }
  if (allocation?.isZero()) report(`${path}.allocation_percent`, 'must be above 0 for a BUY');
}

function reportDuplicates(drafts: readonly Draft[], report: Report): void {
  const firstIndex = new Map<string, number>();
  for (const [index, { ticker }] of drafts.entries()) {
    if (ticker === null) continue;
    const first = firstIndex.get(ticker);
    if (first === undefined) firstIndex.set(ticker, index);
    else report(`recommendations[${index}].ticker`, `${ticker} stands already in recommendations[${first}]`);
  }
}

function toRecommendation(draft: Draft): Recommendation {
  const { ticker, action, entry, target, stop, allocation, rationale } = draft;
  if (ticker === null || action === null || rationale === null) throw new Error('a reported draft cannot be taken');
  return {
    ticker,
    action,
    entryPrice: plain(entry),
    targetPrice: plain(target),
    stopLoss: plain(stop),
    allocationPercent: plain(allocation),
    rationale,
  };
}

function plain(value: Dec | null): DecimalString {
  if (value === null) throw new Error('a reported draft cannot be taken');
  return value.isZero() ? '0' : value.toFixed();
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function expected(what: string, value: unknown): string {
  return value === undefined ? `is missing; it must be ${what}` : `must be ${what}, not ${show(value)}`;
}

/** A foreign value in a message: its kind for structures, else its text, cleaned and short. */
function show(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? `"${cleanUntrustedText(value, 60)}"` : String(value);
}
