import type { Transaction } from 'kysely';
import { type Instrument, instrumentKey } from '../../src/domain/orders/instrument.ts';
import type { LegFill } from '../../src/domain/orders/order-progress-combo.ts';
import { applyFill, isSameFill } from '../../src/domain/orders/order-progress-fill.ts';
import type { ExecutionReport } from '../../src/ports/broker-session.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson, storableText } from '../storable.ts';
import { type BookedFill, bookFill } from './account-books.ts';
import { type JournaledOrder, reasonAfter } from './journal-orders.ts';
import { bookEarlyCommissions } from './record-commission.ts';
import type { ReportBatch } from './report-batch.ts';
import type { ReportedExecutions } from './reported-executions.ts';

/** Books an execution once by its id, whatever key tells of it, and with it the commission that was or will be told. */
export async function recordExecution(
  batch: ReportBatch,
  report: ExecutionReport,
  executions: ReportedExecutions,
): Promise<void> {
  const { trx } = batch;
  const { execId, correctsExecId } = report;
  const order = await batch.find(report.orderRef);
  if (order === null) return batch.unmatched(report, 'no order of the account has this reference');
  const booked = executions.booked(execId);
  if (booked !== null) {
    const isSame = booked.orderId === order.orderId && isSameFill(booked, report);
    if (isSame) return batch.applied(report, order);
    return batch.refused(report, order, `execution ${execId} was booked before, and with other facts`);
  }
  if (correctsExecId !== null) {
    const problem = `it corrects execution ${correctsExecId}: nothing is rebooked before a person has looked`;
    return batch.refused(report, order, problem);
  }
  const step = applyFill(order.progress, order.planned, await earlierFills(trx, order), report);
  if (step.kind === 'refused') return batch.refused(report, order, step.problem);
  const { progress, instrument } = step;
  const stateReason = reasonAfter(order, progress, null);
  const moved = { ...order, progress, stateReason, brokerOrderId: report.brokerOrderId ?? order.brokerOrderId };
  batch.move(moved);
  batch.applied(report, moved);
  await book(batch, report, { order: moved, instrument }, executions);
}

async function book(
  batch: ReportBatch,
  report: ExecutionReport,
  { order, instrument }: { readonly order: JournaledOrder; readonly instrument: Instrument },
  executions: ReportedExecutions,
): Promise<void> {
  const { trx, accountId } = batch;
  const { execId, side, quantity, price, at } = report;
  // One that was told before counts more than one that comes behind.
  const isPaid = executions.isPaidEarly(execId);
  const commissionUsd = isPaid ? null : executions.commissionBehind(execId);
  const execution = { execId: storableText(execId), side, quantity, price, multiplier: unitsOf(instrument) };
  const fill = { accountId, instrument, execution: { ...execution, commissionUsd: commissionUsd ?? '0' }, at };
  await insertExecution(trx, fill, order);
  await bookFill(trx, fill);
  executions.book(execId, { orderId: order.orderId, instrument, side, quantity, price });
  if (commissionUsd !== null) executions.pay(execId, { orderRef: order.planned.orderRef, commissionUsd });
  if (isPaid) await bookEarlyCommissions(batch, execId);
}

function unitsOf(instrument: Instrument): string {
  return instrument.kind === 'option' ? instrument.multiplier : '1';
}

/** Only a combination's progress depends on what was traded before of each leg. */
async function earlierFills(trx: Transaction<DB>, order: JournaledOrder): Promise<readonly LegFill[]> {
  if (order.planned.tradable.kind !== 'combo') return [];
  return await trx
    .selectFrom('executions')
    .select(['ticker as instrument', 'quantity', 'price'])
    .where('order_id', '=', order.orderId)
    .execute();
}

async function insertExecution(
  trx: Transaction<DB>,
  { instrument, execution, at }: BookedFill,
  { orderId }: JournaledOrder,
): Promise<void> {
  const { execId, side, quantity, price, multiplier, commissionUsd } = execution;
  await trx
    .insertInto('executions')
    .values({
      exec_id: execId,
      order_id: orderId,
      ticker: instrumentKey(instrument),
      instrument: storableJson(instrument),
      ...{ multiplier, side, quantity, price },
      commission_usd: commissionUsd,
      executed_at: at,
    })
    .execute();
}
