import { type Dec, type DecimalString, dec } from '../../domain/money/decimal.ts';
import { OrderSide } from '../../domain/orders/order-state.ts';

/** From `fromPrice` upwards, prices of a contract are multiples of `increment`. Ordered by `fromPrice`. */
export interface PriceIncrement {
  readonly fromPrice: DecimalString;
  readonly increment: DecimalString;
}

export const Rounding = {
  /** A limit: never worse for us than what was asked. */
  notWorse: 'not_worse',
  /** A trigger or an offset, which has no better side. */
  nearest: 'nearest',
} as const;
export type Rounding = (typeof Rounding)[keyof typeof Rounding];

/** The increment at a price; that of a negative net price is its mirror's. Throws where there are no increments. */
export function incrementAt(price: Dec, increments: readonly PriceIncrement[]): Dec {
  const rows = increments.filter(({ fromPrice }) => price.abs().gte(fromPrice));
  const row = rows.at(-1) ?? increments[0];
  if (!row || !dec(row.increment).gt(0)) throw new Error('a contract without price increments');
  return dec(row.increment);
}

/** The price on the contract's grid, exactly: rounded before it becomes a binary number, since 0.1+0.2 is refused (110). */
export function toIncrement(
  price: DecimalString,
  increments: readonly PriceIncrement[],
  side: OrderSide,
  rounding: Rounding,
): Dec {
  const exact = dec(price);
  const increment = incrementAt(exact, increments);
  const steps = exact.div(increment);
  if (rounding === Rounding.nearest) return steps.round().times(increment);
  return (side === OrderSide.buy ? steps.floor() : steps.ceil()).times(increment);
}

/** The finest of the legs' grids: a net price of them is accepted on it. */
export function finestIncrement(legs: readonly (readonly PriceIncrement[])[]): readonly PriceIncrement[] {
  const all = legs.flat().map(({ increment }) => dec(increment));
  const finest = all.reduce<Dec | null>((least, one) => (least === null || one.lt(least) ? one : least), null);
  return finest === null ? [] : [{ fromPrice: '0', increment: finest.toFixed() }];
}
