import { Dec, type DecimalString, dec } from '../money/decimal.ts';
import { OrderSide } from './order-state.ts';
import { incrementAt, type PriceSteps, type RoundingMode, roundToIncrement } from './price-increment.ts';

export interface PriceWalkInput {
  readonly side: OrderSide;
  /** US dollars per unit; of a combination its net prices, negative where buying it is paid for. */
  readonly quote: { readonly bid: DecimalString; readonly ask: DecimalString };
  /** How far one step goes, US dollars, positive; rounded up to the grid. */
  readonly step: DecimalString;
  readonly limit: 'natural' | DecimalString;
  /** The price of the working order; null for the first price. */
  readonly present: DecimalString | null;
  readonly increments: PriceSteps;
  /** True for the net price of a combination, which may be zero or negative. */
  readonly isNetPrice: boolean;
}

export type WalkStep =
  | { readonly kind: 'price'; readonly price: DecimalString }
  /** The limit allows no further price. */
  | { readonly kind: 'at_limit' }
  /** The market has no two sides to walk between; the order stays as it is. */
  | { readonly kind: 'no_quote' };

/**
 * The next price of smart pricing: first the middle of the market, rounded to the side that costs us less, then a step
 * towards the limit. It never passes the limit and never moves away from it: when the market comes to meet us, the order
 * has the better place already. Throws on a step that is not positive and on prices that are no finite numbers.
 */
export function nextWalkPrice(input: PriceWalkInput): WalkStep {
  const { side, increments, present, isNetPrice } = input;
  const bid = dec(input.quote.bid);
  const ask = dec(input.quote.ask);
  const step = dec(input.step);
  if (!step.gt(0)) throw new Error(`a step of the price walk must be positive, not ${input.step}`);
  // An option that nobody bids for has a bid of 0, which is a market; one that nobody offers has none.
  if (!isNetPrice && (bid.lt(0) || !ask.gt(0))) return { kind: 'no_quote' };
  const isBuy = side === OrderSide.buy;
  const dearer: RoundingMode = isBuy ? 'up' : 'down';
  const cheaper: RoundingMode = isBuy ? 'down' : 'up';
  const natural = isBuy ? ask : bid;
  const bound = dec(roundToIncrement(input.limit === 'natural' ? natural : input.limit, increments, cheaper));
  const wanted =
    present === null
      ? roundToIncrement(bid.plus(ask).dividedBy(2), increments, cheaper)
      : roundToIncrement(isBuy ? dec(present).plus(step) : dec(present).minus(step), increments, dearer);
  const reached = isBuy ? Dec.min(wanted, bound) : Dec.max(wanted, bound);
  const price = isNetPrice ? reached : Dec.max(reached, incrementAt('0', increments));
  const passesLimit = isBuy ? price.gt(bound) : price.lt(bound);
  const progresses = present === null || (isBuy ? price.gt(present) : price.lt(present));
  if (passesLimit || !progresses) return { kind: 'at_limit' };
  return { kind: 'price', price: price.toFixed(Math.max(2, price.decimalPlaces())) };
}
