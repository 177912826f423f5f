import { errorCodeOf } from '../../contracts/errors.ts';
import { type DecimalString, dec } from '../../domain/money/decimal.ts';
import type { Instrument, Tradable } from '../../domain/orders/instrument.ts';
import type { TwoSidedQuote } from '../../ports/quotes.ts';
import type { IbkrMarketData } from './market-data.ts';

/** What the broker says where it has no price: no failure, but nothing to trade by either. */
const NO_PRICE: ReadonlySet<string | null> = new Set(['QUOTE_UNAVAILABLE', 'ORDER_INVALID', 'BROKER_REJECTED']);

/**
 * The broker's own prices of what can be traded with it; a side that nobody quotes is the last price, and the last price of
 * what has not traded is the middle. Null where there is no price. BROKER_NOT_READY while there is no connection.
 */
export async function askBrokerQuote(
  marketData: Pick<IbkrMarketData, 'quote'>,
  tradable: Tradable,
): Promise<TwoSidedQuote | null> {
  try {
    const { bid, ask, last } = await marketData.quote(tradable);
    const sides = [bid, ask, last].filter((price) => price !== null);
    const [some] = sides;
    if (some === undefined) return null;
    return { bid: bid ?? last ?? some, ask: ask ?? last ?? some, last: last ?? middleOf(bid, ask) ?? some };
  } catch (error) {
    if (NO_PRICE.has(errorCodeOf(error))) return null;
    throw error;
  }
}

/**
 * The dollar delta of one share or one contract: a share's is its price, an option's comes from the broker's own model.
 * Null where the broker computes none. BROKER_NOT_READY while there is no connection.
 */
export async function askDeltaUsd(
  marketData: Pick<IbkrMarketData, 'quote' | 'greeks'>,
  instrument: Instrument,
): Promise<DecimalString | null> {
  if (instrument.kind === 'stock') return (await askBrokerQuote(marketData, instrument))?.last ?? null;
  try {
    const { delta, underlyingPrice } = await marketData.greeks(instrument);
    if (underlyingPrice === null) return null;
    return dec(delta).times(underlyingPrice).times(instrument.multiplier).toFixed();
  } catch (error) {
    if (NO_PRICE.has(errorCodeOf(error))) return null;
    throw error;
  }
}

function middleOf(bid: DecimalString | null, ask: DecimalString | null): DecimalString | null {
  return bid === null || ask === null ? null : dec(bid).plus(ask).dividedBy(2).toFixed();
}
