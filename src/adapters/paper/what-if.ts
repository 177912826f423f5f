import { marginOf } from '../../domain/matching/margin.ts';
import { type Dec, dec, sum, ZERO } from '../../domain/money/decimal.ts';
import { multiplierOf } from '../../domain/orders/exposure.ts';
import { type Instrument, instrumentKey } from '../../domain/orders/instrument.ts';
import type { PlannedOrder } from '../../domain/orders/order.ts';
import { OrderSide } from '../../domain/orders/order-state.ts';
import { legsOf } from '../../domain/orders/ticket.ts';
import type { WhatIf } from '../../ports/broker-session.ts';
import type { Desk } from './desk.ts';
import { assertKnown } from './placement.ts';
import { heldOf } from './statement.ts';

interface OrderCost {
  readonly initial: Dec;
  readonly maintenance: Dec;
  readonly commission: Dec;
}

/**
 * What orders would cost at the middle of the market. As with IBKR, the children of a bracket close what their parent
 * opens and cost nothing, and of an OCA group the dearest order counts. Throws ORDER_INVALID where the
 * market does not know what they trade.
 */
export function costOf(desk: Desk, orders: readonly PlannedOrder[]): WhatIf {
  for (const order of orders) assertKnown(desk, order);
  const costs = orders
    .filter(({ parentRef }) => parentRef === null)
    .map((order) => ({ group: order.ocaGroup ?? order.orderRef, cost: costOfOrder(desk, order) }));
  const dearest = [...Map.groupBy(costs, ({ group }) => group).values()].map((group) =>
    group.map(({ cost }) => cost).reduce((most, cost) => (cost.initial.gt(most.initial) ? cost : most)),
  );
  return {
    initialMarginUsd: sum(dearest.map(({ initial }) => initial)).toFixed(),
    maintenanceMarginUsd: sum(dearest.map(({ maintenance }) => maintenance)).toFixed(),
    commissionUsd: sum(dearest.map(({ commission }) => commission)).toFixed(),
    availableUsd: availableOf(desk)?.toFixed() ?? null,
    warning: null,
  };
}

/** Cash and positions at the middle of the market, less what the positions tie up; null where one has no price. */
function availableOf(desk: Desk): Dec | null {
  const held = heldOf(desk.book);
  if (held.some(({ instrument }) => desk.market.quote(instrument) === null)) return null;
  const free = held.map(({ instrument, quantity }) => {
    const worth = markOf(desk, instrument).times(multiplierOf(instrument)).times(quantity);
    return worth.minus(marginAt(desk, instrument, dec(quantity)).initial);
  });
  return desk.book.cash.plus(sum(free));
}

function costOfOrder(desk: Desk, order: PlannedOrder): OrderCost {
  const costs = legsOf(order.tradable, order.side).map(({ instrument, side, ratio }): OrderCost => {
    const quantity = dec(order.quantity).times(ratio);
    const held = dec(desk.book.positions.get(instrumentKey(instrument))?.quantity ?? '0');
    const now = marginAt(desk, instrument, held);
    const then = marginAt(desk, instrument, side === OrderSide.buy ? held.plus(quantity) : held.minus(quantity));
    const part = { quantity: quantity.toFixed(), price: markOf(desk, instrument).toFixed() };
    return {
      initial: then.initial.minus(now.initial),
      maintenance: then.maintenance.minus(now.maintenance),
      commission: dec(desk.rules.commission(instrument, [], part)),
    };
  });
  return {
    initial: sum(costs.map(({ initial }) => initial)),
    maintenance: sum(costs.map(({ maintenance }) => maintenance)),
    commission: sum(costs.map(({ commission }) => commission)),
  };
}

function marginAt(desk: Desk, instrument: Instrument, quantity: Dec): ReturnType<typeof marginOf> {
  const { kind, symbol } = instrument;
  const spot = markOf(desk, { kind: 'stock', symbol });
  return marginOf({ kind, quantity, multiplier: multiplierOf(instrument), mark: markOf(desk, instrument), spot });
}

function markOf({ market }: Desk, instrument: Instrument): Dec {
  const quote = market.quote(instrument);
  return quote === null ? ZERO : quote.bid.plus(quote.ask).div(2);
}
