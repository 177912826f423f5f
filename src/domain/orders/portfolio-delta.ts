import { type Dec, type DecimalString, dec, sum, ZERO } from '../money/decimal.ts';
import { type HeldPosition, isReducing, quantityChanges, type WorkingOrder } from './exposure.ts';
import { instrumentKey, type Tradable } from './instrument.ts';
import type { PlannedOrder } from './order.ts';
import { OrderSide } from './order-state.ts';

/**
 * By instrument key: with how many dollars' worth of its underlying one share or one contract moves, its delta in
 * dollars; null where nobody knows.
 */
export type DeltasUsd = ReadonlyMap<string, DecimalString | null>;

/** The dollar delta of one unit bought; null where that of one of its legs is not known. */
export function deltaUsdPerUnit(tradable: Tradable, deltas: DeltasUsd): DecimalString | null {
  return deltaOf({ tradable, side: OrderSide.buy }, '1', deltas)?.toFixed() ?? null;
}

/**
 * The dollar delta of an account as an order would meet it at worst: everything that is held, and the working orders that
 * push the same way, of a group the largest. Working orders against it may never fill, and exits only close what an entry
 * opens: both count for nothing. Null where a delta is not known.
 */
export function portfolioDeltaUsd(
  order: PlannedOrder,
  positions: readonly HeldPosition[],
  working: readonly WorkingOrder[],
  deltas: DeltasUsd,
): DecimalString | null {
  const held = positions.map(({ instrument, quantity }) => times(deltas.get(instrumentKey(instrument)), quantity));
  const own = deltaOf(order, order.quantity, deltas);
  if (own === null || !areKnown(held)) return null;
  const largest = new Map<string, Dec>();
  for (const one of working) {
    if (one.order.orderRef === order.orderRef || isReducing(one.order, positions, working)) continue;
    const delta = deltaOf(one.order, one.remainingQuantity, deltas);
    if (delta === null) return null;
    if (!delta.times(own).gt(0)) continue;
    const group = one.order.ocaGroup ?? one.order.orderRef;
    const known = largest.get(group) ?? ZERO;
    largest.set(group, delta.abs().gt(known.abs()) ? delta : known);
  }
  return sum([...held, ...largest.values()]).toFixed();
}

function deltaOf(
  order: Pick<PlannedOrder, 'tradable' | 'side'>,
  quantity: DecimalString,
  deltas: DeltasUsd,
): Dec | null {
  const legs = [...quantityChanges(order, quantity)].map(([key, change]) => times(deltas.get(key), change));
  return areKnown(legs) ? sum(legs) : null;
}

function times(delta: DecimalString | null | undefined, quantity: DecimalString | Dec): Dec | null {
  return delta == null ? null : dec(delta).times(quantity);
}

function areKnown(deltas: readonly (Dec | null)[]): deltas is readonly Dec[] {
  return deltas.every((delta) => delta !== null);
}
