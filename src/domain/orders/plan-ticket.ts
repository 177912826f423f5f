import { assertNever } from '../assert-never.ts';
import { type DecimalString, dec } from '../money/decimal.ts';
import { OrderRole, type OrderSpec, OrderType, type PlannedOrder } from './order.ts';
import { OrderSide } from './order-state.ts';
import { type BracketTicket, type LeggedComboTicket, legSide, oppositeSide, type TicketSpec } from './ticket.ts';

/** An order before it has its reference; `parent` is the number of another order of the ticket. */
interface Draft extends OrderSpec {
  readonly role: OrderRole;
  readonly parent?: number;
  readonly isInGroup?: true;
}

/**
 * The orders of a ticket in the order in which they are placed, parents before children. References are
 * `<ticketId>/<n>` with n from 1, the one OCA group of a ticket is `<ticketId>/oca`: the same ticket gives the same
 * orders whenever it is planned again. The ticket must have passed `validateTicket`.
 */
export function planTicket(ticketId: string, spec: TicketSpec): readonly PlannedOrder[] {
  return draftsOf(spec).map(({ parent, isInGroup, ...order }, index) => ({
    ...order,
    orderRef: orderRefOf(ticketId, index + 1),
    parentRef: parent === undefined ? null : orderRefOf(ticketId, parent),
    ocaGroup: isInGroup ? `${ticketId}/oca` : null,
  }));
}

function orderRefOf(ticketId: string, n: number): string {
  return `${ticketId}/${n}`;
}

function draftsOf(spec: TicketSpec): readonly Draft[] {
  switch (spec.kind) {
    case 'single':
      return [{ ...spec.order, role: OrderRole.single }];
    case 'bracket':
      return draftsOfBracket(spec);
    case 'oca':
      return spec.orders.map((order) => ({ ...order, role: OrderRole.single, isInGroup: true }));
    case 'combo':
      return spec.execution === 'native' ? [{ ...spec.order, role: OrderRole.single }] : draftsOfLegs(spec);
    case 'basket':
      return spec.orders.map((order) => ({ ...order, role: OrderRole.single }));
    default:
      return assertNever(spec);
  }
}

function draftsOfBracket({ entry, takeProfit, stopLoss }: BracketTicket): readonly Draft[] {
  const { tradable, quantity } = entry;
  const exit = { tradable, quantity, side: oppositeSide(entry.side), parent: 1, isInGroup: true } as const;
  return [
    { ...entry, role: OrderRole.entry },
    { ...takeProfit, ...exit, type: OrderType.limit, role: OrderRole.takeProfit },
    { ...stopLoss, ...exit, role: OrderRole.stopLoss },
  ];
}

/** Bought legs stand first: whoever sells an option before its protection is bought is naked if the rest fails. */
function draftsOfLegs({ order, legLimitPrices }: LeggedComboTicket): readonly Draft[] {
  const { tradable, side, type, timeInForce } = order;
  const drafts = tradable.legs.map((leg, index): Draft => {
    const quantity = dec(order.quantity).times(leg.ratio).toFixed();
    const price = legPrice(legLimitPrices, index);
    return {
      ...{ tradable: leg.instrument, side: legSide(leg, side), quantity, type, timeInForce },
      ...price,
      role: OrderRole.leg,
    };
  });
  return [OrderSide.buy, OrderSide.sell].flatMap((one) => drafts.filter((draft) => draft.side === one));
}

function legPrice(prices: readonly DecimalString[] | undefined, index: number): { limitPrice?: DecimalString } {
  const limitPrice = prices?.[index];
  return limitPrice === undefined ? {} : { limitPrice };
}

/**
 * The orders that go to the broker in one call: an entry with its exits, an OCA group as a whole, every other order by
 * itself. Nothing of a later placement is sent before the earlier ones are known to have arrived.
 */
export function placementsOf(orders: readonly PlannedOrder[]): readonly (readonly PlannedOrder[])[] {
  const placements = new Map<string, PlannedOrder[]>();
  for (const order of orders) {
    const key = order.parentRef ?? order.ocaGroup ?? order.orderRef;
    const placement = placements.get(key);
    if (placement) placement.push(order);
    else placements.set(key, [order]);
  }
  return [...placements.values()];
}
