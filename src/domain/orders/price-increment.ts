import { type Dec, type DecimalString, dec, ZERO } from '../money/decimal.ts';
import { instrumentKey, type Tradable } from './instrument.ts';

/** From `lowEdge` upwards prices are multiples of `increment`, US dollars; the shape in which brokers tell market rules. */
export interface PriceStep {
  readonly lowEdge: DecimalString;
  readonly increment: DecimalString;
}

/** Ascending by `lowEdge`, the first from 0; every edge is on the grid of the step below it. */
export type PriceSteps = readonly PriceStep[];

/** Shares: SEC Rule 612, a cent from one dollar, a hundredth of a cent below. */
export const US_STOCK_STEPS: PriceSteps = [
  { lowEdge: '0', increment: '0.0001' },
  { lowEdge: '1', increment: '0.01' },
];

/** Options outside the penny programme: Cboe Rule 5.4. */
export const US_OPTION_STEPS: PriceSteps = [
  { lowEdge: '0', increment: '0.05' },
  { lowEdge: '3', increment: '0.1' },
];

/** Classes of the penny interval programme. */
export const US_PENNY_OPTION_STEPS: PriceSteps = [
  { lowEdge: '0', increment: '0.01' },
  { lowEdge: '3', increment: '0.05' },
];

/** SPY, QQQ and IWM, whose options trade in cents at all prices; and the net prices of combinations. */
export const CENT_STEPS: PriceSteps = [{ lowEdge: '0', increment: '0.01' }];

/** What is known of the grids beyond the defaults. */
export interface PriceGridFacts {
  /** By underlying: in which programme its options are; absent for `standard`. */
  readonly optionProgrammes?: ReadonlyMap<string, 'penny' | 'penny_at_all_prices'>;
  /** By instrument key: the broker's own market rule, which goes before everything else. */
  readonly marketRules?: ReadonlyMap<string, PriceSteps>;
}

/** The grid of what an order trades. */
export function priceStepsOf(tradable: Tradable, facts: PriceGridFacts = {}): PriceSteps {
  if (tradable.kind === 'combo') return CENT_STEPS;
  const rule = facts.marketRules?.get(instrumentKey(tradable));
  if (rule) return rule;
  if (tradable.kind === 'stock') return US_STOCK_STEPS;
  const programme = facts.optionProgrammes?.get(tradable.symbol);
  if (programme === 'penny_at_all_prices') return CENT_STEPS;
  return programme === 'penny' ? US_PENNY_OPTION_STEPS : US_OPTION_STEPS;
}

export type RoundingMode = 'up' | 'down' | 'nearest';

/** Whether the price is one of the grid's. A negative net price has the grid of its amount. */
export function isOnIncrement(price: DecimalString | Dec, steps: PriceSteps): boolean {
  const amount = dec(price).abs();
  return amount.modulo(incrementAt(amount, steps)).isZero();
}

/**
 * The price on the grid next to `price`: `up` towards plus infinity, `down` towards minus infinity, `nearest` with the
 * half away from zero. At least two decimals are written. Throws on a price that is no finite number.
 */
export function roundToIncrement(price: DecimalString | Dec, steps: PriceSteps, mode: RoundingMode): DecimalString {
  const exact = dec(price);
  const amount = exact.abs();
  const increment = incrementAt(amount, steps);
  const below = amount.minus(amount.modulo(increment));
  const rest = amount.minus(below);
  const isAwayFromZero = mode === 'nearest' ? rest.times(2).gte(increment) : (mode === 'up') === exact.gte(0);
  const rounded = isAwayFromZero && rest.gt(0) ? below.plus(increment) : below;
  const decimals = Math.max(2, rounded.decimalPlaces());
  return (exact.lt(0) ? rounded.negated() : rounded).toFixed(decimals);
}

/** The distance of the prices at `price`, US dollars; throws on steps that are not as `PriceSteps` says. */
export function incrementAt(price: DecimalString | Dec, steps: PriceSteps): Dec {
  const amount = dec(price).abs();
  let found: Dec | null = null;
  for (const { lowEdge, increment } of steps) {
    const edge = dec(lowEdge);
    assertFits(edge, dec(increment), found);
    if (found === null || amount.gte(edge)) found = dec(increment);
    else break;
  }
  if (found === null) throw new Error('a price grid has at least one step');
  return found;
}

/** Rounding up below an edge must end on the edge, and rounding down above it must not go under it. */
function assertFits(edge: Dec, increment: Dec, below: Dec | null): void {
  const isFirst = below === null;
  const fits = isFirst
    ? edge.equals(ZERO)
    : edge.gt(0) && edge.modulo(below).isZero() && edge.modulo(increment).isZero();
  if (!increment.gt(0) || !fits) {
    throw new Error(`not a step of a price grid: from ${edge.toFixed()} by ${increment.toFixed()}`);
  }
}
