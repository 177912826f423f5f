import type { DecimalString } from '../../domain/money/decimal.ts';
import { toDecimalString } from './ib-contract.ts';
import { TickType } from './tick-types.ts';

/** The market's present prices, per share or per unit of the option's underlying; of a combination, its net prices. */
export interface LiveQuote {
  /** Null where nobody bids, asks or has traded. */
  readonly bid: DecimalString | null;
  readonly ask: DecimalString | null;
  readonly last: DecimalString | null;
  /** True where the account has no live prices and sees those of a quarter of an hour ago. */
  readonly isDelayed: boolean;
  readonly at: Date;
}

const Side = { bid: 'bid', ask: 'ask', last: 'last' } as const;
type Side = (typeof Side)[keyof typeof Side];

const PRICES: Readonly<Record<number, { side: Side; isDelayed: boolean }>> = {
  [TickType.bid]: { side: Side.bid, isDelayed: false },
  [TickType.ask]: { side: Side.ask, isDelayed: false },
  [TickType.last]: { side: Side.last, isDelayed: false },
  [TickType.delayedBid]: { side: Side.bid, isDelayed: true },
  [TickType.delayedAsk]: { side: Side.ask, isDelayed: true },
  [TickType.delayedLast]: { side: Side.last, isDelayed: true },
};
const SIZES: Readonly<Record<number, Side>> = {
  [TickType.bidSize]: Side.bid,
  [TickType.askSize]: Side.ask,
  [TickType.lastSize]: Side.last,
  [TickType.delayedBidSize]: Side.bid,
  [TickType.delayedAskSize]: Side.ask,
  [TickType.delayedLastSize]: Side.last,
};

export interface QuoteTicks {
  price(tickType: number, price: number): void;
  size(tickType: number, size: number | undefined): void;
  /** Whether all three sides were told, be it that there is no price. */
  readonly isComplete: boolean;
  /** Whether a bid and an ask were told. */
  readonly hasBothSides: boolean;
  quote(at: Date): LiveQuote;
}

/**
 * Gathers the ticks of one request. TWS writes "no price" as -1 (0 for some): a share or an option has none below a
 * cent, but a combination may well be worth -1, so there only a size of nothing beside it says that it is no price.
 */
export function gatherTicks(isCombo: boolean): QuoteTicks {
  const prices = new Map<Side, number>();
  const sizes = new Map<Side, number>();
  let isDelayed = false;
  const priceOf = (side: Side): DecimalString | null => {
    const price = prices.get(side);
    if (price === undefined || (!isCombo && price <= 0)) return null;
    return isCombo && price === -1 && !sizes.get(side) ? null : toDecimalString(price);
  };
  return {
    price(tickType, price) {
      const known = PRICES[tickType];
      if (!known) return;
      prices.set(known.side, price);
      isDelayed = known.isDelayed;
    },
    size(tickType, size) {
      const side = SIZES[tickType];
      if (side) sizes.set(side, size ?? 0);
    },
    get isComplete() {
      return prices.size === 3;
    },
    get hasBothSides() {
      return prices.has(Side.bid) && prices.has(Side.ask);
    },
    quote: (at) => ({ bid: priceOf(Side.bid), ask: priceOf(Side.ask), last: priceOf(Side.last), isDelayed, at }),
  };
}
