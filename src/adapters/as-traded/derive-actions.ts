import type { CorporateAction, SplitRatio } from '../../domain/accounting/corporate-actions.ts';
import type { MarketDate } from '../../domain/market/market-date.ts';
import { type Dec, dec } from '../../domain/money/decimal.ts';
import type { PriceSeries } from '../market-data/price-series.ts';

/** Below this, relative to the price, the two series move alike: the bundled ones do to 1e-13 where nothing happened. */
const SAME = '1e-8';
/** How near a ratio of whole numbers must be to be a split; a special dividend hits none so exactly. */
const SPLIT_TOLERANCE = '1e-6';
/** Splits are ratios of small numbers, and move the price by a tenth at least. */
const LARGEST_PART = 20;
const SMALLEST_SPLIT = '0.1';
/** Dividends are declared to this. */
const DIVIDEND_DECIMALS = 4;

/**
 * The splits and cash dividends that explain how adjusted closes moved against traded ones. The series' publisher adjusts so
 * that `adjusted(t) / adjusted(t-1) = (split × traded(t) + dividend) / traded(t-1)`; so the quotient of the two moves is the
 * split's ratio, or one plus the dividend over the close of its ex-date. A dividend comes
 * out exact to four decimals of a dollar. Both on one day could not be told apart: it would read as one large dividend.
 * Oldest first. Throws on a jump that is neither.
 */
export function deriveActions(traded: PriceSeries, adjusted: PriceSeries): readonly CorporateAction[] {
  const actions: CorporateAction[] = [];
  for (let i = 1; i < traded.days.length; i += 1) {
    const move = (series: PriceSeries) => dec(series.closes[i] as string).dividedBy(series.closes[i - 1] as string);
    const quotient = move(adjusted).dividedBy(move(traded));
    if (quotient.minus(1).abs().lte(SAME)) continue;
    actions.push(actionOf(traded.days[i] as MarketDate, quotient, dec(traded.closes[i] as string)));
  }
  return actions;
}

function actionOf(exDate: MarketDate, quotient: Dec, close: Dec): CorporateAction {
  const ratio = quotient.minus(1).abs().gte(SMALLEST_SPLIT) ? ratioNear(quotient) : null;
  if (ratio !== null) return { kind: 'split', exDate, ratio };
  const perShare = quotient.minus(1).times(close).toDecimalPlaces(DIVIDEND_DECIMALS);
  if (perShare.gt(0)) return { kind: 'dividend', exDate, perShareUsd: perShare.toFixed() };
  throw new Error(`what happened on ${exDate} is neither a split nor a dividend: ${quotient.toFixed(8)}`);
}

/** The smallest numbers first, so that 2 for 1 is not 4 for 2. */
function ratioNear(quotient: Dec): SplitRatio | null {
  for (let from = 1; from <= LARGEST_PART; from += 1) {
    const to = quotient.times(from).round().toNumber();
    if (to < 1 || to > LARGEST_PART * from) continue;
    if (dec(to).dividedBy(from).minus(quotient).abs().lte(quotient.times(SPLIT_TOLERANCE))) return { to, from };
  }
  return null;
}
