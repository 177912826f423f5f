import type { Kysely, NotNull, Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { OrderState } from '../../src/domain/orders/order-state.ts';
import type { ExecutionRecord, OrderRecord, PortfolioRepository } from '../../src/ports/repositories.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';
import { deniedResearchAlerts } from './order-alerts.ts';
import { raiseAlerts } from './raise-alert.ts';

const MAX_LISTED = 10_000;

type Ticket = Parameters<PortfolioRepository['journalOrders']>[0];

/** The orders of research runs, newest first; those of one ticket in the order in which they were journaled. */
export async function listOrders(
  db: Kysely<DB>,
  filter: Parameters<PortfolioRepository['listOrders']>[0],
): Promise<readonly OrderRecord[]> {
  if (![filter.ticketId, filter.accountId].every((id) => id === undefined || isUuid(id))) return [];
  let query = db
    .selectFrom('orders')
    .select(['id as orderId', 'ticket_id as ticketId', 'account_id as accountId', 'task_id as taskId'])
    .select(['order_ref as orderRef', 'ticker', 'side', 'quantity', 'state', 'state_reason as stateReason'])
    .select(['reference_price as referencePrice', 'market_date as marketDate'])
    .select(['filled_quantity as filledQuantity', 'average_fill_price as averageFillPrice'])
    .select(['created_at as createdAt', 'updated_at as updatedAt'])
    .where('task_id', 'is not', null)
    .$narrowType<{ taskId: NotNull; referencePrice: NotNull }>();
  if (filter.ticketId !== undefined) query = query.where('ticket_id', '=', filter.ticketId);
  if (filter.accountId !== undefined) query = query.where('account_id', '=', filter.accountId);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  return await query
    .orderBy('created_at', 'desc')
    .orderBy('ticket_id')
    .orderBy('position')
    .limit(filter.limit ?? MAX_LISTED)
    .execute();
}

/** Oldest first. */
export async function listExecutions(
  db: Kysely<DB>,
  filter: Parameters<PortfolioRepository['listExecutions']>[0],
): Promise<readonly ExecutionRecord[]> {
  if (![filter.ticketId, filter.accountId].every((id) => id === undefined || isUuid(id))) return [];
  let query = db
    .selectFrom('executions as e')
    .innerJoin('orders as o', 'o.id', 'e.order_id')
    .select(['e.exec_id as execId', 'o.id as orderId', 'e.ticker', 'e.side', 'e.quantity', 'e.price'])
    .select(['e.commission_usd as commissionUsd', 'e.executed_at as executedAt']);
  if (filter.ticketId !== undefined) query = query.where('o.ticket_id', '=', filter.ticketId);
  if (filter.accountId !== undefined) query = query.where('o.account_id', '=', filter.accountId);
  return await query.orderBy('e.executed_at').orderBy('o.position').orderBy('e.exec_id').execute();
}

/**
 * Journals a ticket with its orders, which may be none. The first call for a ticket decides; a repeated one returns what
 * it wrote. TICKET_CONFLICT if the task has another ticket already, the ticket is of another task or account, or an
 * order does not fit the ticket.
 */
export async function journalOrders(
  trx: Transaction<DB>,
  ticket: Ticket,
  orders: readonly OrderRecord[],
): Promise<readonly OrderRecord[]> {
  for (const order of orders) assertFits(order, ticket);
  const inserted = await trx
    .insertInto('tickets')
    .values({ id: ticket.ticketId, task_id: ticket.taskId, account_id: ticket.accountId })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted === undefined) {
    await assertSameTicket(trx, ticket);
    return await listOrders(trx, { ticketId: ticket.ticketId });
  }
  const [first] = orders;
  if (first === undefined) return orders;
  await trx.insertInto('orders').values(orders.map(rowOf)).execute();
  await raiseAlerts(trx, deniedResearchAlerts(ticket, orders, first.createdAt));
  return orders;
}

function assertFits(order: OrderRecord, ticket: Ticket): void {
  const belongs =
    order.ticketId === ticket.ticketId && order.taskId === ticket.taskId && order.accountId === ticket.accountId;
  const isNew = order.state === OrderState.pending || order.state === OrderState.denied;
  if (belongs && isNew) return;
  const reason = belongs ? `is ${order.state} before it was journaled` : 'belongs to another ticket, task or account';
  throw new FoliosError('TICKET_CONFLICT', `order ${order.orderRef} ${reason}`, { orderRef: order.orderRef });
}

/** A task is executed once: the first ticket of a task keeps it. */
async function assertSameTicket(trx: Transaction<DB>, ticket: Ticket): Promise<void> {
  const known = await trx
    .selectFrom('tickets')
    .select(['id', 'task_id', 'account_id'])
    .where((eb) => eb.or([eb('id', '=', ticket.ticketId), eb('task_id', '=', ticket.taskId)]))
    .execute();
  const same = known.every(
    (row) => row.id === ticket.ticketId && row.task_id === ticket.taskId && row.account_id === ticket.accountId,
  );
  if (same) return;
  const message = `ticket ${ticket.ticketId} of task ${ticket.taskId} contradicts ticket ${known[0]?.id} of task ${known[0]?.task_id}`;
  throw new FoliosError('TICKET_CONFLICT', message, { ...ticket });
}

function rowOf(order: OrderRecord, position: number) {
  return {
    id: order.orderId,
    ticket_id: order.ticketId,
    account_id: order.accountId,
    task_id: order.taskId,
    order_ref: order.orderRef,
    position,
    ticker: order.ticker,
    side: order.side,
    quantity: order.quantity,
    state: order.state,
    state_reason: order.stateReason === null ? null : storableText(order.stateReason),
    reference_price: order.referencePrice,
    market_date: order.marketDate,
    filled_quantity: order.filledQuantity,
    average_fill_price: order.averageFillPrice,
    created_at: order.createdAt,
    updated_at: order.updatedAt,
  };
}
