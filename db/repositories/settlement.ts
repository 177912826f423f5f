import { type Kysely, sql, type Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { isTerminal, nextOrderState, OrderEvent } from '../../src/domain/orders/order-state.ts';
import { TaskState } from '../../src/domain/research/task-state.ts';
import type { OrderRecord, PortfolioRepository, Settlement } from '../../src/ports/repositories.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson } from '../storable.ts';
import { lockAccount } from './accounts.ts';
import { replaceHoldings } from './holdings.ts';
import { bookTransactions } from './ledger.ts';
import { deniedResearchAlerts } from './order-alerts.ts';
import { listOrders } from './orders.ts';
import { raiseAlerts } from './raise-alert.ts';

/** Whether a ticket's settlement was booked. */
export async function isSettled(db: Kysely<DB>, ticketId: string): Promise<boolean> {
  if (!isUuid(ticketId)) return false;
  const ticket = await db.selectFrom('tickets').select('settled_at').where('id', '=', ticketId).executeTakeFirst();
  return ticket !== undefined && ticket.settled_at !== null;
}

/** Books a ticket's end; the account stays locked to the end of the transaction. False if it was booked before. */
export async function settleTicket(trx: Transaction<DB>, settlement: Settlement): Promise<boolean> {
  const { ticketId, accountId } = settlement;
  await lockAccount(trx, accountId);
  const ticket = await trx
    .selectFrom('tickets')
    .select(['task_id', 'account_id', 'settled_at'])
    .where('id', '=', ticketId)
    .forUpdate()
    .executeTakeFirst();
  if (ticket === undefined || ticket.account_id !== accountId || ticket.task_id !== settlement.taskId) {
    throw conflict(settlement, 'it was never journaled for this task and account');
  }
  if (ticket.settled_at !== null) return false;
  const orders = await listOrders(trx, { ticketId });
  assertOrdersEnd(settlement, orders);
  await updateOrders(trx, settlement);
  await raiseAlerts(trx, deniedResearchAlerts(settlement, endedNow(settlement, orders), settlement.at));
  const bookedBefore = await insertExecutions(trx, settlement);
  const transactions = settlement.transactions.filter((one) => !bookedBefore.has(one.executionId ?? ''));
  await bookTransactions(trx, accountId, transactions);
  await replaceHoldings(trx, accountId, settlement);
  await trx.updateTable('tickets').set({ settled_at: settlement.at }).where('id', '=', ticketId).execute();
  await markExecuted(trx, settlement);
  return true;
}

/** Books a revaluation with the account locked; LEDGER_UNBALANCED, TICKET_CONFLICT if there is no such account. */
export async function markPositions(
  trx: Transaction<DB>,
  mark: Parameters<PortfolioRepository['mark']>[0],
): Promise<void> {
  await lockAccount(trx, mark.accountId);
  await bookTransactions(trx, mark.accountId, mark.transactions);
  await replaceHoldings(trx, mark.accountId, mark);
}

/** Every order moves by the domain's table, and none is left open: an open order of a settled ticket would be lost. */
function assertOrdersEnd(settlement: Settlement, orders: readonly OrderRecord[]): void {
  const ends = new Map(settlement.orders.map((one) => [one.orderId, one.state]));
  const known = new Set(orders.map(({ orderId }) => orderId));
  for (const orderId of [...ends.keys(), ...settlement.executions.map((one) => one.orderId)]) {
    if (!known.has(orderId)) throw conflict(settlement, `order ${orderId} is not one of its orders`);
  }
  for (const { orderId, orderRef, state: from } of orders) {
    const to = ends.get(orderId) ?? from;
    if (to !== from && !Object.values(OrderEvent).some((event) => nextOrderState(from, event) === to)) {
      throw conflict(settlement, `order ${orderRef} is ${from} and cannot become ${to}`);
    }
    if (!isTerminal(to)) {
      throw conflict(settlement, `order ${orderRef} would stay ${to}`);
    }
  }
}

/** The orders that this settlement ends, as it ends them. */
function endedNow(settlement: Settlement, orders: readonly OrderRecord[]): readonly OrderRecord[] {
  return settlement.orders.flatMap(({ orderId, state, stateReason }) => {
    const before = orders.find((order) => order.orderId === orderId);
    return before && before.state !== state ? [{ ...before, state, stateReason }] : [];
  });
}

/** All orders in one statement. */
async function updateOrders(trx: Transaction<DB>, { orders, at }: Settlement): Promise<void> {
  if (orders.length === 0) return;
  await sql`
    update orders set state = ended.state, state_reason = ended."stateReason", updated_at = ${at},
      filled_quantity = ended."filledQuantity", average_fill_price = ended."averageFillPrice"
    from jsonb_to_recordset(${storableJson(orders)}::jsonb) as ended(
      "orderId" uuid, state text, "stateReason" text, "filledQuantity" numeric, "averageFillPrice" numeric
    )
    where orders.id = ended."orderId"
  `.execute(trx);
}

/** Inserts the executions and returns the ids of those that were there already: their money is booked. */
async function insertExecutions(trx: Transaction<DB>, { executions }: Settlement): Promise<ReadonlySet<string>> {
  if (executions.length === 0) return new Set();
  const inserted = await trx
    .insertInto('executions')
    .values(
      executions.map((one) => ({
        exec_id: one.execId,
        order_id: one.orderId,
        ticker: one.ticker,
        side: one.side,
        quantity: one.quantity,
        price: one.price,
        commission_usd: one.commissionUsd,
        executed_at: one.executedAt,
      })),
    )
    .onConflict((onConflict) => onConflict.column('exec_id').doNothing())
    .returning('exec_id')
    .execute();
  const fresh = new Set(inserted.map((row) => row.exec_id));
  return new Set(executions.map(({ execId }) => execId).filter((execId) => !fresh.has(execId)));
}

async function markExecuted(trx: Transaction<DB>, settlement: Settlement): Promise<void> {
  const marked = await trx
    .updateTable('execution_tasks')
    .set({ executed_at: settlement.at })
    .where('id', '=', settlement.taskId)
    .where('state', '=', TaskState.succeeded)
    .where('executed_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (marked === undefined) throw conflict(settlement, 'its task has not succeeded or was executed before');
}

function conflict({ ticketId, taskId, accountId }: Settlement, reason: string): FoliosError {
  return new FoliosError('TICKET_CONFLICT', `ticket ${ticketId} cannot be settled: ${reason}`, {
    ticketId,
    taskId,
    accountId,
  });
}
