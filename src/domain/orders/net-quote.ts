import { type Dec, dec, ZERO } from '../money/decimal.ts';
import { multiplierOf } from './exposure.ts';
import type { Instrument } from './instrument.ts';
import { OrderSide } from './order-state.ts';
import { type Combo, legsOf } from './ticket.ts';

/** Prices to compute with, US dollars per share or per unit of an option's underlying. */
export interface QuotedPrices {
  readonly bid: Dec;
  readonly ask: Dec;
  readonly last: Dec;
}

/**
 * The net prices of a combination from those of its legs: bought, it pays the asks of its bought legs and gets the bids
 * of its sold ones. Per unit of the largest multiplier, as its limit price is: a hundred shares beside an option weigh
 * as much as the option. Null where a leg has no price.
 */
export function netQuote(combo: Combo, quoteOf: (leg: Instrument) => QuotedPrices | null): QuotedPrices | null {
  const whole = multiplierOf(combo);
  let [bid, ask, last] = [ZERO, ZERO, ZERO];
  for (const { instrument, side, ratio } of legsOf(combo, OrderSide.buy)) {
    const quote = quoteOf(instrument);
    if (quote === null) return null;
    const isBought = side === OrderSide.buy;
    const weight = dec(isBought ? ratio : -ratio)
      .times(multiplierOf(instrument))
      .dividedBy(whole);
    bid = bid.plus((isBought ? quote.bid : quote.ask).times(weight));
    ask = ask.plus((isBought ? quote.ask : quote.bid).times(weight));
    last = last.plus(quote.last.times(weight));
  }
  return { bid, ask, last };
}
