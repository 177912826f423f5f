import type { BrokerDeskActivities, OrderChange, WalkedPrice } from '../../src/contracts/activities/order-ticket.ts';
import type { DeskReconcileActivities } from '../../src/contracts/activities/reconcile.ts';
import { FoliosError } from '../../src/contracts/errors.ts';
import { dec } from '../../src/domain/money/decimal.ts';
import type { OrderNews } from '../../src/domain/orders/order-news.ts';
import { isTerminal } from '../../src/domain/orders/order-state.ts';
import type { TicketOrder, TicketRecord } from '../../src/ports/order-journal.ts';
import { withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { findOrders } from './find.ts';
import { gateChange, nextPrice, pricingOf } from './gate.ts';
import { growthDenial } from './margin.ts';
import { ordersOf, requireTicket, standOf } from './news.ts';
import type { DeskPorts } from './ports.ts';
import { reconcileAccount } from './reconcile.ts';
import { submitOrders } from './submit.ts';
import { whenReady } from './when-ready.ts';

/** The steps at the broker of one account, for the process that owns its session. */
export function createBrokerDeskActivities(ports: DeskPorts): BrokerDeskActivities & DeskReconcileActivities {
  return withFailures<BrokerDeskActivities & DeskReconcileActivities>({
    submitOrders: (orders) => withHeartbeat(() => submitOrders(ports, orders)),
    findOrders: (orders) => withHeartbeat(() => findOrders(ports, orders)),
    cancelOrders: (orders) => withHeartbeat(() => cancelOrders(ports, orders)),
    modifyOrder: (change) => withHeartbeat(() => modifyOrder(ports, change)),
    walkPrice: (order) => withHeartbeat(() => walkPrice(ports, order)),
    reconcileAccount: () => withHeartbeat(() => reconcileAccount(ports)),
  });
}

/** Cancels go out one by one; that an order is cancelled comes as a report. */
async function cancelOrders(
  { journal, session, account, clock }: DeskPorts,
  { ticketId, orderRefs, reason, by }: Parameters<BrokerDeskActivities['cancelOrders']>[0],
): Promise<readonly OrderNews[]> {
  await whenReady(session);
  const ticket = await requireTicket(journal, ticketId);
  const open = ordersOf(ticket, orderRefs).filter(({ state }) => !isTerminal(state));
  // One that cannot be cancelled must not keep the others from it.
  const asked = await Promise.allSettled(
    open.map(async ({ planned }) => {
      await journal.note(planned.orderRef, { what: 'cancel asked for', reason, by }, clock.now());
      await session.cancel(account.brokerAccount, planned.orderRef);
    }),
  );
  const failed = asked.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  return standOf(await requireTicket(journal, ticketId), orderRefs);
}

async function modifyOrder(
  ports: DeskPorts,
  { ticketId, orderRef, by, ...change }: Parameters<BrokerDeskActivities['modifyOrder']>[0],
): Promise<readonly OrderNews[]> {
  const { journal, session } = ports;
  await whenReady(session);
  const ticket = await requireTicket(journal, ticketId);
  const order = requireOpen(ticket, orderRef);
  await requireAllowed(ports, ticket, order, change);
  await journal.note(orderRef, { what: 'change asked for', ...change, by }, ports.clock.now());
  // Anew: an exit may have ended meanwhile.
  const exits = exitsOf(await requireTicket(journal, ticketId), order, change);
  const isGrowing = dec(change.quantity ?? order.planned.quantity).gt(order.planned.quantity);
  const ofExits = change.quantity === undefined ? {} : { quantity: change.quantity };
  const changes: readonly [string, OrderChange][] = [
    [orderRef, change],
    ...exits.map((ref) => [ref, ofExits] as [string, OrderChange]),
  ];
  // An exit that is too large is cut by its entry; one that is too small leaves a part of the position unprotected.
  for (const [ref, one] of isGrowing ? changes.toReversed() : changes) await applyChange(ports, ref, one);
  return standOf(await requireTicket(journal, ticketId));
}

/** The exits of an entry whose quantity changes: they go with it. */
function exitsOf({ orders }: TicketRecord, entry: TicketOrder, { quantity }: OrderChange): readonly string[] {
  if (quantity === undefined) return [];
  const exits = orders.filter(
    ({ planned, state }) => planned.parentRef === entry.planned.orderRef && !isTerminal(state),
  );
  return exits.map(({ planned }) => planned.orderRef);
}

/** The broker first: the journal says what the broker has taken. */
async function applyChange({ journal, session, account, clock }: DeskPorts, orderRef: string, change: OrderChange) {
  await session.modify(account.brokerAccount, orderRef, change);
  await journal.changeOrder(orderRef, change, clock.now());
}

/** ORDER_DENIED where the gate does not let the changed order through, or the broker wants more margin than there is. */
async function requireAllowed(
  ports: DeskPorts,
  ticket: TicketRecord,
  order: TicketOrder,
  change: OrderChange,
): Promise<void> {
  const { orderRef } = order.planned;
  const changed = { ...order.planned, ...change };
  const denial =
    (await gateChange(ports, ports.account, ticket, changed)) ?? (await growthDenial(ports, order, changed));
  if (denial === null) return;
  throw new FoliosError('ORDER_DENIED', `the change of ${orderRef} is denied: ${denial}`, { orderRef });
}

/** One step of smart pricing, from the price at which the order stands. */
async function walkPrice(
  ports: DeskPorts,
  { ticketId, orderRef }: Parameters<BrokerDeskActivities['walkPrice']>[0],
): Promise<WalkedPrice> {
  const { journal, session, account, quotes } = ports;
  await whenReady(session);
  const ticket = await requireTicket(journal, ticketId);
  const order = requireOpen(ticket, orderRef);
  const pricing = pricingOf(ticket.spec);
  const quote = await quotes.quote(account, order.planned.tradable);
  if (pricing === null || quote === null) return { kind: 'no_quote' };
  const step = nextPrice(order.planned, pricing, quote, order.planned.limitPrice ?? null);
  if (step.kind === 'price') await applyChange(ports, orderRef, { limitPrice: step.price });
  return step;
}

function requireOpen(ticket: TicketRecord, orderRef: string): TicketOrder {
  const [order] = ordersOf(ticket, [orderRef]);
  if (order && !isTerminal(order.state)) return order;
  throw new FoliosError('ORDER_STATE_CONFLICT', `order ${orderRef} is ${order?.state}: it cannot be changed`, {
    orderRef,
  });
}
