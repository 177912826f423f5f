import { FoliosError } from '../../contracts/errors.ts';
import type { ListedOrder, OrderListing } from '../../ports/order-listing.ts';
import { shortIds } from './task-reference.ts';

const PREFIX = /^[0-9a-f-]{8,36}$/;
/** `<ticketId>/<n>`, as brokers show it. */
const ORDER_REF = /^([0-9a-f-]{36})\/\S{1,40}$/;
const SHOWN_CANDIDATES = 10;

/** The order with this id or reference, or with the only id that begins so (8 characters at least). INPUT_INVALID, ORDER_NOT_FOUND. */
export async function resolveOrder(listing: OrderListing, reference: string): Promise<ListedOrder> {
  const found = await find(listing, reference);
  const matching = found.filter((order) => isNamed(order, reference));
  const [only, ...others] = matching;
  if (only && others.length === 0) return only;
  if (only) throw ambiguous(reference, matching);
  const [inTicket] = found;
  if (!inTicket) throw unknown(reference);
  const ids = found.map((order) => order.orderId);
  throw new FoliosError('INPUT_INVALID', `${reference} is a ticket; name one of its orders: ${ids.join(', ')}`, {
    ids,
  });
}

/** The order as above, or all orders of the ticket that is meant. INPUT_INVALID, ORDER_NOT_FOUND. */
export async function resolveOrderOrTicket(
  listing: OrderListing,
  reference: string,
): Promise<{ readonly ticketId: string; readonly orders: readonly ListedOrder[]; readonly isTicket: boolean }> {
  const found = await find(listing, reference);
  const named = found.filter((order) => isNamed(order, reference));
  const orders = named.length > 0 ? named : found;
  const [first] = orders;
  if (!first) throw unknown(reference);
  const isTicket = named.length === 0;
  const isOne = isTicket ? orders.every((order) => order.ticketId === first.ticketId) : orders.length === 1;
  if (!isOne) throw ambiguous(reference, orders);
  return { ticketId: first.ticketId, orders, isTicket };
}

/** Order ids cut to one length at which they, and the tickets' ids, still differ from each other. */
export function shortOrderIds(orders: readonly ListedOrder[]): (orderId: string) => string {
  return shortIds(orders.flatMap(({ orderId, ticketId }) => [orderId, ticketId]));
}

async function find(listing: OrderListing, reference: string): Promise<readonly ListedOrder[]> {
  const wanted = reference.toLowerCase();
  const ticketId = ORDER_REF.exec(wanted)?.[1];
  if (ticketId !== undefined) {
    const orders = await listing.listOrders({ ticketId });
    return orders.filter((order) => isNamed(order, reference));
  }
  if (PREFIX.test(wanted)) return await listing.listOrders({ idPrefix: wanted });
  const message = `"${reference}" is not the id of an order or a ticket, nor its first 8 or more characters`;
  throw new FoliosError('INPUT_INVALID', message);
}

function isNamed(order: ListedOrder, reference: string): boolean {
  return order.orderRef === reference || order.orderId.startsWith(reference.toLowerCase());
}

function unknown(reference: string): FoliosError {
  return new FoliosError('ORDER_NOT_FOUND', `no order and no ticket has the id ${reference}`, { reference });
}

function ambiguous(reference: string, orders: readonly ListedOrder[]): FoliosError {
  const candidates = orders.slice(0, SHOWN_CANDIDATES).map((order) => order.orderId);
  const message = `${orders.length} orders fit ${reference}; say more of it: ${candidates.join(', ')}`;
  return new FoliosError('INPUT_INVALID', message, { candidates });
}
