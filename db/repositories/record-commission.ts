import { sql, type Transaction } from 'kysely';
import { Dec } from '../../src/domain/money/decimal.ts';
import { amountOf } from '../../src/domain/orders/order-progress-fill.ts';
import type { CommissionReport } from '../../src/ports/broker-session.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';
import { type BookedFill, bookFillCommission } from './account-books.ts';
import { commissionProblem } from './commission-amount.ts';
import type { JournaledOrder } from './journal-orders.ts';
import type { ReportBatch } from './report-batch.ts';
import type { ReportedExecutions } from './reported-executions.ts';

/** Books what an execution cost, once; where the execution is not known yet, it is kept until that comes. */
export async function recordCommission(
  batch: ReportBatch,
  report: CommissionReport,
  executions: ReportedExecutions,
): Promise<void> {
  const paid = executions.paidFor(report.execId);
  const isPaid = paid !== null && amountOf(paid.commissionUsd)?.equals(report.commissionUsd);
  // As it is now: its execution may not have been the last word about it.
  const order = isPaid ? await batch.find(paid.orderRef) : null;
  if (order !== null) return batch.quietly(report, order);
  // The look for other commissions of the execution must see those of this batch.
  await batch.write();
  const booked = await findBooked(batch, report.execId);
  const problem = commissionProblem(report.commissionUsd);
  if (problem !== null) return batch.refused(report, booked?.order ?? null, problem);
  if (booked === null) {
    executions.payEarly(report.execId);
    return batch.unmatched(report, `no execution ${report.execId} is booked`);
  }
  const refusal = await bookOnce(batch.trx, booked, report);
  if (refusal !== null) return batch.refused(report, booked.order, refusal);
  return batch.quietly(report, booked.order);
}

/** Books the commissions that were told before the execution that has just been booked; the first counts. */
export async function bookEarlyCommissions(batch: ReportBatch, execId: string): Promise<void> {
  const { trx, accountId } = batch;
  // One that came early may be of this batch.
  await batch.write();
  const early = await commissionEvents(trx, accountId, execId).where('outcome', '=', 'unmatched').execute();
  for (const { id, data } of early) {
    const booked = await findBooked(batch, execId);
    if (booked === null) return;
    const { order } = booked;
    const refusal = await bookOnce(trx, booked, { execId, commissionUsd: String(data.commissionUsd) });
    await trx
      .updateTable('order_events')
      .set({
        ...{ order_id: order.orderId, order_ref: order.planned.orderRef, state: order.progress.state },
        ...{ outcome: refusal === null ? 'applied' : 'refused', problem: refusal },
      })
      .where('id', '=', id)
      .execute();
  }
}

/** Null where it is booked now or was before; why not, where another commission of the execution was. */
async function bookOnce(
  trx: Transaction<DB>,
  { fill }: BookedOrderFill,
  { execId, commissionUsd }: Pick<CommissionReport, 'execId' | 'commissionUsd'>,
): Promise<string | null> {
  const known = await commissionEvents(trx, fill.accountId, execId).where('outcome', '=', 'applied').executeTakeFirst();
  if (known === undefined) {
    const amount = new Dec(commissionUsd).toFixed();
    await bookFillCommission(trx, { ...fill, execution: { ...fill.execution, commissionUsd: amount } });
    return null;
  }
  const booked = String(known.data.commissionUsd);
  if (amountOf(booked)?.equals(commissionUsd)) return null;
  return `execution ${execId} has a commission of ${booked} already, and ${commissionUsd} is told`;
}

function commissionEvents(trx: Transaction<DB>, accountId: string, execId: string) {
  return trx
    .selectFrom('order_events')
    .select(['id', 'data'])
    .where('account_id', '=', accountId)
    .where('kind', '=', 'commission')
    .where(sql<boolean>`data ->> 'execId' = ${storableText(execId)}`)
    .orderBy('id');
}

interface BookedOrderFill {
  readonly order: JournaledOrder;
  readonly fill: BookedFill;
}

/** A booked execution of the account with its order; null for none. Two looks by key, whatever the planner thinks. */
async function findBooked(batch: ReportBatch, execId: string): Promise<BookedOrderFill | null> {
  const row = await batch.trx
    .selectFrom('executions')
    .select(['exec_id', 'order_id', 'instrument', 'side', 'quantity', 'price', 'multiplier', 'executed_at as at'])
    .where('exec_id', '=', storableText(execId))
    .executeTakeFirst();
  if (!row || row.instrument === null) return null;
  const { exec_id, order_id, instrument, at, ...amounts } = row;
  const order = await batch.findById(order_id);
  if (order === null) return null;
  const execution = { execId: exec_id, ...amounts, commissionUsd: '0' };
  return { order, fill: { accountId: batch.accountId, instrument, execution, at } };
}
