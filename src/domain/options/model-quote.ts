import { type Dec, dec } from '../money/decimal.ts';
import { type PriceSteps, roundToIncrement } from '../orders/price-increment.ts';

/** Half of a modelled option's spread: one part in a hundred of its price, at least to the next step on either side. */
const HALF_SPREAD = '0.01';
/** Less than any step: lifts the ask of a price that stands on the grid. */
const NEXT = '0.000001';

/** The market around a modelled price (US dollars per unit of the underlying), on the grid; nothing bids below zero. */
export function modelQuote(
  price: number,
  steps: PriceSteps,
): { readonly bid: Dec; readonly ask: Dec; readonly last: Dec } {
  const middle = dec(price.toFixed(6));
  const half = middle.times(HALF_SPREAD);
  return {
    bid: dec(roundToIncrement(middle.minus(half), steps, 'down')),
    ask: dec(roundToIncrement(middle.plus(half).plus(NEXT), steps, 'up')),
    last: dec(roundToIncrement(middle, steps, 'up')),
  };
}
