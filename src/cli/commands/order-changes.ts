import { FoliosError } from '../../contracts/errors.ts';
import { describeOrder } from '../../domain/orders/describe-order.ts';
import { OrderRole } from '../../domain/orders/order.ts';
import type { ListedOrder } from '../../ports/order-listing.ts';
import { checkChange, type OrderModification, requireOpen, requireUnknown } from '../../service/order-changes.ts';
import { orderText } from '../../service/text/order-terms.ts';
import { areOver, BROKER_PATIENCE, followTicket, type Patience } from '../../service/ticket-progress.ts';
import type { CommandResult, View } from '../command-result.ts';
import { type Confirmation, isConfirmed } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { accountNames } from '../references/account-reference.ts';
import { resolveOrder, resolveOrderOrTicket } from '../references/order-reference.ts';
import { counted } from '../text/names.ts';
import { renderOutcome } from './ticket-outcome.ts';

export interface CancelOrderOptions extends Confirmation {
  readonly reason: string;
}

/**
 * Cancels a working order, or all of a ticket, and waits until the broker has confirmed. A fill may cross the cancel: what
 * counts is the state afterwards. CONFIRMATION_REQUIRED, ORDER_NOT_FOUND, ORDER_STATE_CONFLICT.
 */
export async function cancelOrder(
  context: CliContext,
  reference: string,
  options: CancelOrderOptions,
  view: View,
  patience: Patience = BROKER_PATIENCE,
): Promise<CommandResult> {
  const { ticketId, orders, isTicket } = await resolveOrderOrTicket(context.orders, reference);
  const open = requireOpen(orders);
  const nameOf = accountNames(await context.accounts.list());
  const what = `${open.map(orderText).join('; ')} of ${nameOf(open[0]?.accountId ?? '')}`;
  if (!(await isConfirmed(options, `cancelling ${what}`, `Cancel ${what}?${warning(open)}`))) {
    return { document: { ticketId, cancelled: false, orders: open }, text: 'Not cancelled.' };
  }
  const orderRefs = open.map(({ orderRef }) => orderRef);
  const { reason } = options;
  await context.folios.cancelOrders(ticketId, { orderRefs: isTicket ? null : orderRefs, reason, by: context.user });
  const seen = await followTicket(context.folios, ticketId, (one) => areOver(one, orderRefs), patience);
  const after = seen.orders.filter(({ orderRef }) => orderRefs.includes(orderRef));
  const texts = new Map(open.map((order) => [order.orderRef, orderText(order)]));
  const table = renderOutcome(after, (orderRef) => texts.get(orderRef) ?? orderRef, view.width);
  const isOver = areOver(seen, orderRefs);
  return {
    document: { ticketId, cancelled: after.every(({ state }) => state === 'CANCELLED'), orders: after },
    text: isOver
      ? table
      : `${table}\n\nThe cancel is asked for; the broker has not confirmed it yet. Until then it may fill.`,
  };
}

/** Changes a working order at the broker, in place. INPUT_INVALID, ORDER_INVALID, ORDER_NOT_FOUND, ORDER_STATE_CONFLICT. */
export async function modifyOrder(
  context: CliContext,
  reference: string,
  change: OrderModification,
  view: View,
): Promise<CommandResult> {
  if (Object.keys(change).length === 0) {
    throw new FoliosError('INPUT_INVALID', 'say what to change: --limit, --stop or --quantity');
  }
  const order = await resolveOrder(context.orders, reference);
  const changed = checkChange(order, change);
  const { ticketId, orderRef } = order;
  const seen = await context.folios.modifyOrder(ticketId, { orderRef, ...change, by: context.user });
  const after = seen.orders.filter((one) => one.orderRef === orderRef);
  return {
    document: { ticketId, orderRef, change, before: order, orders: after },
    text: `Changed from ${orderText(order)}.\n${renderOutcome(after, () => describeOrder(changed), view.width)}`,
  };
}

/**
 * Closes an order whose state nobody knows, on a person's word that the broker does not have it. If that is wrong, what it
 * fills later is booked nevertheless. CONFIRMATION_REQUIRED, ORDER_NOT_FOUND, ORDER_STATE_CONFLICT.
 */
export async function declareDead(
  context: CliContext,
  reference: string,
  options: CancelOrderOptions,
  view: View,
): Promise<CommandResult> {
  const order = await resolveOrder(context.orders, reference);
  const { ticketId, orderRef } = order;
  const text = orderText(order);
  requireUnknown(order);
  const question = `Did you look for ${orderRef} at the broker, among open orders, completed orders and executions, and is ${text} in none of them?`;
  if (!(await isConfirmed(options, `declaring ${orderRef} dead`, question))) {
    return { document: { ticketId, declared: false, orders: [] }, text: 'Nothing was changed.' };
  }
  const seen = await context.folios.declareDead(ticketId, { orderRef, reason: options.reason, by: context.user });
  const after = seen.orders.filter((one) => one.orderRef === orderRef);
  return {
    document: { ticketId, declared: true, orders: after },
    text: renderOutcome(after, () => text, view.width),
  };
}

/** What a cancel leaves behind, where that is worse than the order. */
function warning(orders: readonly ListedOrder[]): string {
  const isEntryAmong = orders.some(({ role }) => role === OrderRole.entry);
  const stops = orders.filter(({ role }) => role === OrderRole.stopLoss);
  if (stops.length === 0 || isEntryAmong) return '';
  return ` ${counted(stops.length, 'stop loss', 'stop losses')} among them: what is held stands unprotected afterwards.`;
}
