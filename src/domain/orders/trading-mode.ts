import { type DecimalString, dec } from '../money/decimal.ts';
import { OrderSide } from './order-state.ts';

/** What an account may do: trade, only reduce what it holds, or nothing at all. */
export const TradingMode = { normal: 'normal', reduceOnly: 'reduce_only', paused: 'paused' } as const;
export type TradingMode = (typeof TradingMode)[keyof typeof TradingMode];

/** From the freest to the strictest. */
const STRICTNESS: readonly TradingMode[] = [TradingMode.normal, TradingMode.reduceOnly, TradingMode.paused];

/** The strictest of several modes that hold at once; normal where none does. */
export function strictestMode(modes: readonly TradingMode[]): TradingMode {
  return STRICTNESS.findLast((mode) => modes.includes(mode)) ?? TradingMode.normal;
}

/**
 * Whether a mode lets an order through. An order reduces when it is against the position and not larger than it;
 * `heldQuantity` is signed, short positions are negative.
 */
export function isAllowedIn(
  mode: TradingMode,
  order: { readonly side: OrderSide; readonly quantity: DecimalString },
  heldQuantity: DecimalString,
): boolean {
  const held = dec(heldQuantity);
  const isAgainst = order.side === OrderSide.sell ? held.greaterThan(0) : held.lessThan(0);
  return allows(mode, isAgainst && dec(order.quantity).lessThanOrEqualTo(held.abs()));
}

/** Whether a mode lets an order through that only reduces positions, or one that does not. */
export function allows(mode: TradingMode, reduces: boolean): boolean {
  return mode === TradingMode.normal || (mode === TradingMode.reduceOnly && reduces);
}

/** A restriction in words: what, for whom, why, by whom, since when: `trading is paused for all accounts: … (ada, …)`. */
export function describeRestriction(
  restriction: { readonly mode: TradingMode; readonly reason: string; readonly by: string; readonly at: Date },
  scope: string,
): string {
  const { mode, reason, by, at } = restriction;
  const what = mode === TradingMode.paused ? 'paused' : 'reduce-only';
  return `trading is ${what} for ${scope}: ${reason} (${by}, ${at.toISOString().slice(0, 19)}Z)`;
}
