import { instrumentKey } from './instrument.ts';
import { type OrderSpec, TimeInForce } from './order.ts';

/** What an order trades: `KO`, `SPX 2026-12-18 P 5000`, or the legs of a combination. */
export function describeTradable(tradable: OrderSpec['tradable']): string {
  if (tradable.kind !== 'combo') return instrumentKey(tradable);
  const legs = tradable.legs.map(
    ({ instrument, side, ratio }) => `${side === 'BUY' ? '+' : '-'}${ratio} ${instrumentKey(instrument)}`,
  );
  return `${tradable.symbol} combo (${legs.join(', ')})`;
}

/** An order in one line: `BUY 10 KO LIMIT 60.10 GTC`. */
export function describeOrder(order: OrderSpec): string {
  const { side, quantity, tradable, type, timeInForce, limitPrice, stopPrice, trailAmount, trailPercent } = order;
  const prices = [
    stopPrice,
    limitPrice,
    trailAmount,
    trailPercent === undefined ? undefined : `${trailPercent} %`,
  ].filter((price) => price !== undefined);
  const day = timeInForce === TimeInForce.day ? [] : [timeInForce];
  return [side, quantity, describeTradable(tradable), type, ...prices, ...day].join(' ');
}
