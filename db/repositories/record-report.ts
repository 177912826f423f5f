import type { Transaction } from 'kysely';
import { assertNever } from '../../src/domain/assert-never.ts';
import { dec } from '../../src/domain/money/decimal.ts';
import { applyStatus, type OrderProgress, type ProgressStep } from '../../src/domain/orders/order-progress.ts';
import { OrderState } from '../../src/domain/orders/order-state.ts';
import type { BrokerReport, OrderStatusReport } from '../../src/ports/broker-session.ts';
import type { RecordedReport } from '../../src/ports/order-journal.ts';
import type { DB } from '../schema.gen.ts';
import { lockAccount } from './accounts.ts';
import { journaledKeys } from './journal-events.ts';
import { reasonAfter } from './journal-orders.ts';
import { recordCommission } from './record-commission.ts';
import { recordExecution } from './record-execution.ts';
import { ReportBatch } from './report-batch.ts';
import { type ReportedExecutions, readReported } from './reported-executions.ts';

/**
 * Journals reports of an account's broker in their order and books what they tell, with the account locked to the end of
 * the transaction. A key that is journaled already changes nothing. TICKET_CONFLICT if there is no such account.
 */
export async function recordReports(
  trx: Transaction<DB>,
  accountId: string,
  reports: readonly BrokerReport[],
  recordedAt: Date,
): Promise<readonly RecordedReport[]> {
  await lockAccount(trx, accountId);
  const { journaled: before, executions } = await readReported(trx, accountId, reports);
  const journaled = new Set(before);
  const batch = new ReportBatch(trx, accountId, recordedAt);
  await batch.load(reports.flatMap((report) => (report.kind === 'commission' ? [] : [report.orderRef])));
  for (const report of reports) {
    if (!journaled.has(report.key)) await recordOne(batch, report, executions);
    else if (report.kind === 'status') await recordAgain(batch, report);
    else batch.repeated();
    journaled.add(report.key);
  }
  return await batch.finish();
}

async function recordOne(batch: ReportBatch, report: BrokerReport, executions: ReportedExecutions): Promise<void> {
  switch (report.kind) {
    case 'status':
      return await recordStatus(batch, report);
    case 'execution':
      return await recordExecution(batch, report, executions);
    case 'commission':
      return await recordCommission(batch, report, executions);
    default:
      return assertNever(report);
  }
}

/**
 * Keeps a report that the database refused to book, after that was rolled back: the same report would fail for ever, and
 * hold up those behind it.
 */
export async function keepUnbookable(
  trx: Transaction<DB>,
  accountId: string,
  report: BrokerReport,
  recordedAt: Date,
  reason: string,
): Promise<readonly RecordedReport[]> {
  await lockAccount(trx, accountId);
  const batch = new ReportBatch(trx, accountId, recordedAt);
  if ((await journaledKeys(trx, accountId, [report.key])).length > 0) batch.repeated();
  else {
    const order = report.kind === 'commission' ? null : await batch.find(report.orderRef);
    batch.refused(report, order, `it could not be booked: ${reason}`);
  }
  return await batch.finish();
}

/**
 * A status that was told before is news of an order that was given up as lost since then: the broker shows it again. Of
 * any other order it is a late repetition.
 */
async function recordAgain(batch: ReportBatch, report: OrderStatusReport): Promise<void> {
  const order = await batch.find(report.orderRef);
  if (order?.progress.state !== OrderState.unknown) return batch.repeated();
  for (let n = 2; ; n += 1) {
    const key = `${report.key}/${n}`;
    if ((await journaledKeys(batch.trx, batch.accountId, [key])).length > 0) continue;
    return await recordStatus(batch, { ...report, key });
  }
}

function stepOf(
  progress: OrderProgress,
  { event, filledQuantity, remainingQuantity }: OrderStatusReport,
): ProgressStep {
  return applyStatus(progress, event, dec(remainingQuantity).isZero() ? filledQuantity : null);
}

async function recordStatus(batch: ReportBatch, report: OrderStatusReport): Promise<void> {
  const order = await batch.find(report.orderRef);
  if (order === null) return batch.unmatched(report, 'no order of the account has this reference');
  const step = stepOf(order.progress, report);
  if (step.kind === 'refused') return batch.refused(report, order, step.problem);
  const { progress } = step;
  const stateReason = reasonAfter(order, progress, report.reason);
  const moved = { ...order, progress, stateReason, brokerOrderId: report.brokerOrderId ?? order.brokerOrderId };
  batch.move(moved);
  batch.applied(report, moved);
}
