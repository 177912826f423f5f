import { errorCodeOf } from '../../contracts/errors.ts';
import { dec } from '../../domain/money/decimal.ts';
import type { Tradable } from '../../domain/orders/instrument.ts';
import { priceStepsOf, roundToIncrement } from '../../domain/orders/price-increment.ts';
import type { MarketClock } from '../../ports/clock.ts';
import type { MarketDataSources } from '../../ports/market-data.ts';
import type { Quotes, TwoSidedQuote } from '../../ports/quotes.ts';

/**
 * Quotes made from the last price of an account's price source, with a spread of `spreadBps` hundredths of a percent
 * around it. The sources know shares only: options and combinations have no quote here.
 */
export function createAccountQuotes(
  sources: MarketDataSources,
  marketClock: MarketClock,
  { spreadBps }: { readonly spreadBps: number },
): Quotes {
  return {
    async quote({ priceSource }, tradable) {
      if (tradable.kind !== 'stock') return null;
      try {
        const today = await marketClock.today(priceSource);
        const { price } = await sources.source(priceSource).quote(tradable.symbol, today);
        return around(price, tradable, spreadBps);
      } catch (error) {
        const code = errorCodeOf(error);
        if (code === 'QUOTE_UNAVAILABLE' || code === 'TICKER_UNKNOWN') return null;
        throw error;
      }
    },
  };
}

function around(last: string, tradable: Tradable, spreadBps: number): TwoSidedQuote {
  const half = dec(last).times(spreadBps).dividedBy(20_000);
  const steps = priceStepsOf(tradable);
  return {
    bid: roundToIncrement(dec(last).minus(half), steps, 'down'),
    ask: roundToIncrement(dec(last).plus(half), steps, 'up'),
    last,
  };
}
