import type { DecimalString } from '../../src/domain/money/decimal.ts';
import type { OrderSide } from '../../src/domain/orders/order-state.ts';
import { describeRestriction, isAllowedIn, TradingMode } from '../../src/domain/orders/trading-mode.ts';
import type { TradingModeChange } from '../../src/ports/trading-switch.ts';

type SizedOrder = { readonly ticker: string; readonly side: OrderSide; readonly quantity: DecimalString };

/** Asked at every order: why the kill switch forbids it, in words, or null where it does not. */
export function refusalsOf(
  restriction: TradingModeChange | null,
  positions: ReadonlyMap<string, { readonly quantity: DecimalString }>,
): (order: SizedOrder) => string | null {
  if (restriction === null) return () => null;
  return (order) => {
    const held = positions.get(order.ticker)?.quantity ?? '0';
    return isAllowedIn(restriction.mode, order, held) ? null : refuse(restriction, order, held);
  };
}

function refuse(restriction: TradingModeChange, { side, quantity, ticker }: SizedOrder, held: DecimalString): string {
  const why = describeRestriction(restriction, restriction.accountId === null ? 'all accounts' : 'this account');
  if (restriction.mode === TradingMode.paused) return why;
  return `${why}; ${side} ${quantity} ${ticker} with ${held} held is no reduction`;
}
