import { Dec, type DecimalString, dec, ZERO } from '../money/decimal.ts';
import { type Instrument, instrumentKey, type Tradable } from './instrument.ts';
import { OrderRole, type OrderSpec, type PlannedOrder } from './order.ts';
import { OrderSide } from './order-state.ts';
import { legsOf } from './ticket.ts';

/** What is held of one instrument. */
export interface HeldPosition {
  readonly instrument: Instrument;
  /** Signed: short is negative. */
  readonly quantity: DecimalString;
  /** Signed; for a short position negative. */
  readonly marketValueUsd: DecimalString;
  /** The trade that it belongs to: the legs of one trade are one position. Null for one of its own. */
  readonly tradeId: string | null;
}

/** An order that is with the broker and not over; one whose state is unknown may be, and belongs here, too. */
export interface WorkingOrder {
  readonly order: PlannedOrder;
  readonly remainingQuantity: DecimalString;
  /** What it will cost if it fills, US dollars; zero for one that only reduces. */
  readonly reservedUsd: DecimalString;
  readonly tradeId: string | null;
}

/** By instrument key, the signed change of quantity that `quantity` units of the order bring. */
export function quantityChanges(
  order: Pick<OrderSpec, 'tradable' | 'side'>,
  quantity: DecimalString,
): ReadonlyMap<string, Dec> {
  const changes = new Map<string, Dec>();
  for (const leg of legsOf(order.tradable, order.side)) {
    const units = dec(quantity).times(leg.ratio);
    changes.set(instrumentKey(leg.instrument), leg.side === OrderSide.buy ? units : units.negated());
  }
  return changes;
}

/** Units of the underlying per unit of the order: 1 for a share, the options' multiplier; of a combination the largest. */
export function multiplierOf(tradable: Tradable): Dec {
  return Dec.max(
    ...legsOf(tradable, OrderSide.buy).map(({ instrument }) =>
      dec(instrument.kind === 'option' ? instrument.multiplier : 1),
    ),
  );
}

/**
 * Whether an order can only make positions smaller: each of its legs is against what is held and not larger than what
 * the working orders against it leave. A bracket's exits reduce what their entry opens, and work only after it: where the
 * entry is denied, they must not be placed.
 */
export function isReducing(
  order: PlannedOrder,
  positions: readonly HeldPosition[],
  working: readonly WorkingOrder[],
): boolean {
  const isExit = order.role === OrderRole.takeProfit || order.role === OrderRole.stopLoss;
  if (isExit && order.parentRef !== null) return true;
  const others = working.filter((one) => one.order.orderRef !== order.orderRef && !sharesGroup(one.order, order));
  return [...quantityChanges(order, order.quantity)].every(([key, change]) => {
    const held = heldOf(key, positions);
    const free = held.abs().minus(closing(key, held, others));
    return held.times(change).lt(0) && change.abs().lte(free);
  });
}

function heldOf(key: string, positions: readonly HeldPosition[]): Dec {
  return positions
    .filter(({ instrument }) => instrumentKey(instrument) === key)
    .reduce((total, { quantity }) => total.plus(quantity), ZERO);
}

/** How much of a position the working orders may close; of an OCA group only one order fills, so its largest counts. */
function closing(key: string, held: Dec, working: readonly WorkingOrder[]): Dec {
  const largest = new Map<string, Dec>();
  for (const { order, remainingQuantity } of working) {
    const change = quantityChanges(order, remainingQuantity).get(key) ?? ZERO;
    if (!held.times(change).lt(0)) continue;
    const group = order.ocaGroup ?? order.orderRef;
    largest.set(group, Dec.max(largest.get(group) ?? ZERO, change.abs()));
  }
  return [...largest.values()].reduce((total, one) => total.plus(one), ZERO);
}

function sharesGroup(one: PlannedOrder, other: PlannedOrder): boolean {
  return one.ocaGroup !== null && one.ocaGroup === other.ocaGroup;
}

/**
 * The positions after the order as `<symbol> <what it is>`: trades and instruments that are held, those that working
 * orders open, and the order's own. Orders of one trade, and one more order in what is held already, add none.
 */
export function positionsAfter(
  order: PlannedOrder,
  tradeId: string | null,
  positions: readonly HeldPosition[],
  working: readonly WorkingOrder[],
): readonly { readonly symbol: string; readonly id: string }[] {
  const found = new Map<string, { symbol: string; id: string }>();
  const held = new Set<string>();
  const add = (symbol: string, id: string) => found.set(`${symbol} ${id}`, { symbol, id });
  for (const { instrument, tradeId: trade } of positions) {
    held.add(instrumentKey(instrument));
    add(instrument.symbol, trade ?? instrumentKey(instrument));
  }
  const opening = working.filter((one) => !isReducing(one.order, positions, working));
  for (const one of [...opening, { order, tradeId }]) {
    const { tradable } = one.order;
    const keys = legsOf(tradable, one.order.side).map((leg) => instrumentKey(leg.instrument));
    const addsToHeld = one.tradeId === null && keys.every((key) => held.has(key));
    if (!addsToHeld) add(tradable.symbol, one.tradeId ?? keys.join(' + '));
  }
  return [...found.values()];
}

/** The same for every order that would do the same thing again: what, which way, how much and at which prices. */
export function intentKey(order: OrderSpec): string {
  const { tradable, side, quantity, type, limitPrice, stopPrice, trailAmount, trailPercent } = order;
  const legs = legsOf(tradable, side).map((leg) => `${leg.side} ${leg.ratio} ${instrumentKey(leg.instrument)}`);
  const amounts = [quantity, limitPrice, stopPrice, trailAmount, trailPercent];
  const written = amounts.map((amount) => (amount === undefined ? '-' : dec(amount).toFixed()));
  return [...legs.sort(), type, ...written].join(' | ');
}
