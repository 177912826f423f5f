import { errorCodeOf } from '../../contracts/errors.ts';
import type { PriceSource } from '../../contracts/schemas/strategy.ts';
import type { MarketDate } from '../../domain/market/market-date.ts';
import { type DecimalString, dec } from '../../domain/money/decimal.ts';
import { isOptionListed } from '../../domain/options/listed-options.ts';
import { modelQuote } from '../../domain/options/model-quote.ts';
import { MODEL_VOLATILITY, type ModelOption, modelOption } from '../../domain/options/option-model.ts';
import { type Instrument, instrumentKey, type Option } from '../../domain/orders/instrument.ts';
import { netQuote, type QuotedPrices } from '../../domain/orders/net-quote.ts';
import { priceStepsOf, roundToIncrement } from '../../domain/orders/price-increment.ts';
import { legsOf } from '../../domain/orders/ticket.ts';
import type { MarketClock } from '../../ports/clock.ts';
import type { MarketDataSources } from '../../ports/market-data.ts';
import type { Quotes } from '../../ports/quotes.ts';

/**
 * Quotes made from an account's price source, which knows shares only. A share stands around its last price, with a
 * spread of `spreadBps` hundredths of a percent; an option is SIMULATED whatever the source: the model's price over its
 * share, as in the TWS simulator; a combination is the net of its legs. The paper broker fills at these very quotes.
 */
export function createAccountQuotes(
  sources: MarketDataSources,
  marketClock: MarketClock,
  { spreadBps }: { readonly spreadBps: number },
): Quotes {
  /** The share's last price on the day; null where there is none. */
  async function lastOf(source: PriceSource, symbol: string, today: MarketDate): Promise<DecimalString | null> {
    try {
      return (await sources.source(source).quote(symbol, today)).price;
    } catch (error) {
      const code = errorCodeOf(error);
      if (code === 'QUOTE_UNAVAILABLE' || code === 'TICKER_UNKNOWN') return null;
      throw error;
    }
  }
  async function pricesOf(
    source: PriceSource,
    instrument: Instrument,
    today: MarketDate,
  ): Promise<QuotedPrices | null> {
    const last = await lastOf(source, instrument.symbol, today);
    if (last === null) return null;
    if (instrument.kind === 'stock') return around(last, instrument, spreadBps);
    const model = modelOf(instrument, last, today);
    return model === null ? null : modelQuote(model.price, priceStepsOf(instrument));
  }
  return {
    async quote({ priceSource }, tradable) {
      const today = await marketClock.today(priceSource);
      const legs = legsOf(tradable, 'BUY').map(({ instrument }) => instrument);
      const prices = await Promise.all(
        legs.map(async (one) => [instrumentKey(one), await pricesOf(priceSource, one, today)] as const),
      );
      const byKey = new Map(prices);
      const quoteOf = (instrument: Instrument) => byKey.get(instrumentKey(instrument)) ?? null;
      const quote = tradable.kind === 'combo' ? netQuote(tradable, quoteOf) : quoteOf(tradable);
      return quote && { bid: quote.bid.toFixed(), ask: quote.ask.toFixed(), last: quote.last.toFixed() };
    },
    async deltaUsd({ priceSource }, instrument) {
      const today = await marketClock.today(priceSource);
      const last = await lastOf(priceSource, instrument.symbol, today);
      if (last === null || instrument.kind === 'stock') return last;
      const model = modelOf(instrument, last, today);
      return model && dec(model.delta.toFixed(6)).times(last).times(instrument.multiplier).toFixed();
    },
  };
}

/** Null for an option that is not listed. */
function modelOf(option: Option, spot: DecimalString, today: MarketDate): ModelOption | null {
  if (!isOptionListed(option, today)) return null;
  const { strike, right, expiration } = option;
  const numbers = { spot: Number(spot), strike: Number(strike), volatility: MODEL_VOLATILITY };
  return modelOption({ ...numbers, right, expiration, today });
}

function around(last: DecimalString, share: Instrument, spreadBps: number): QuotedPrices {
  const half = dec(last).times(spreadBps).dividedBy(20_000);
  const steps = priceStepsOf(share);
  return {
    bid: dec(roundToIncrement(dec(last).minus(half), steps, 'down')),
    ask: dec(roundToIncrement(dec(last).plus(half), steps, 'up')),
    last: dec(last),
  };
}
