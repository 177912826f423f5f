import { type Dec, dec } from '../money/decimal.ts';

const SHARE_INITIAL = '0.5';
const SHARE_MAINTENANCE = '0.25';
/** Of the underlying's value, for a sold option; what it is worth is added. */
const SHORT_OPTION = '0.2';

/** A position as its margin sees it. */
export interface MarginPosition {
  readonly kind: 'stock' | 'option';
  /** Negative when short. */
  readonly quantity: Dec;
  readonly multiplier: Dec;
  /** What one unit of the price is worth now, and the underlying's price; US dollars. */
  readonly mark: Dec;
  readonly spot: Dec;
}

/**
 * What a position ties up at a broker of ours, US dollars. Simple on purpose: shares 50 % and 25 %, bought options their
 * price, sold ones 20 % of the underlying beside it. No position offsets another.
 */
export function marginOf({ kind, quantity, multiplier, mark, spot }: MarginPosition): {
  readonly initial: Dec;
  readonly maintenance: Dec;
} {
  const units = quantity.abs().times(multiplier);
  const worth = mark.times(units);
  if (kind === 'stock') return { initial: worth.times(SHARE_INITIAL), maintenance: worth.times(SHARE_MAINTENANCE) };
  const both = quantity.gte(0) ? worth : worth.plus(spot.times(units).times(dec(SHORT_OPTION)));
  return { initial: both, maintenance: both };
}
