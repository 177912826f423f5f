import { type Dec, dec } from '../../domain/money/decimal.ts';
import { type Instrument, instrumentKey, type Tradable } from '../../domain/orders/instrument.ts';
import { netQuote } from '../../domain/orders/net-quote.ts';
import { OrderSide } from '../../domain/orders/order-state.ts';
import type { Combo } from '../../domain/orders/ticket.ts';
import type { PaperMarket, PaperQuote } from './paper-options.ts';

/** A quote to compute with. Sizes that are null never run out. */
export interface LiveQuote {
  readonly bid: Dec;
  readonly ask: Dec;
  readonly last: Dec;
  readonly bidSize: number | null;
  readonly askSize: number | null;
}

/** What is left of the sizes of an account's market until it moves, by instrument and side. */
export type SizesLeft = Map<string, number>;

/** The market as it was loaded for one step, which can be read at once so that an order's whole life is one step. */
export interface MarketView {
  /** Of a combination the net price of its legs; null where something of it was not loaded or is not known. */
  quote(tradable: Tradable): LiveQuote | null;
  /** What an order of this side may still trade; null without end. */
  available(tradable: Tradable, side: OrderSide): number | null;
  take(tradable: Tradable, side: OrderSide, quantity: Dec): void;
}

/** Loads the quotes of these instruments, each once. */
export async function loadMarket(
  market: PaperMarket,
  instruments: readonly Instrument[],
  sizes: SizesLeft,
): Promise<MarketView> {
  const wanted = new Map(instruments.map((one) => [instrumentKey(one), one]));
  const quotes = new Map<string, LiveQuote | null>();
  await Promise.all(
    [...wanted].map(async ([key, instrument]) => {
      const quote = await market.quote(instrument);
      quotes.set(key, quote === null ? null : liveQuote(quote));
    }),
  );
  const quoteOfOne = (instrument: Instrument) => quotes.get(instrumentKey(instrument)) ?? null;
  const quoteOf = (tradable: Tradable): LiveQuote | null =>
    tradable.kind === 'combo' ? comboQuote(tradable, quoteOfOne) : quoteOfOne(tradable);
  const available = (tradable: Tradable, side: OrderSide): number | null => {
    const quote = tradable.kind === 'combo' ? null : quoteOf(tradable);
    const size = side === OrderSide.buy ? quote?.askSize : quote?.bidSize;
    return tradable.kind === 'combo' || size == null ? null : (sizes.get(sizeKey(tradable, side)) ?? size);
  };
  return {
    quote: quoteOf,
    available,
    take(tradable, side, quantity) {
      const left = available(tradable, side);
      if (left !== null && tradable.kind !== 'combo') sizes.set(sizeKey(tradable, side), left - quantity.toNumber());
    },
  };
}

function sizeKey(instrument: Instrument, side: OrderSide): string {
  return `${instrumentKey(instrument)} ${side}`;
}

function liveQuote({ bid, ask, last, bidSize = null, askSize = null }: PaperQuote): LiveQuote {
  return { bid: dec(bid), ask: dec(ask), last: dec(last), bidSize, askSize };
}

function comboQuote(combo: Combo, quoteOf: (leg: Instrument) => LiveQuote | null): LiveQuote | null {
  const net = netQuote(combo, quoteOf);
  return net === null ? null : { ...net, bidSize: null, askSize: null };
}
