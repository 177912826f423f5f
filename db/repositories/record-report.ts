import type { Transaction } from 'kysely';
import { assertNever } from '../../src/domain/assert-never.ts';
import { dec } from '../../src/domain/money/decimal.ts';
import { applyStatus, type OrderProgress, type ProgressStep } from '../../src/domain/orders/order-progress.ts';
import { OrderState } from '../../src/domain/orders/order-state.ts';
import type { BrokerReport, OrderStatusReport } from '../../src/ports/broker-session.ts';
import type { RecordedReport } from '../../src/ports/order-journal.ts';
import type { DB } from '../schema.gen.ts';
import { lockAccount } from './accounts.ts';
import { isJournaled } from './journal-events.ts';
import { findJournaledOrder, reasonAfter, saveProgress } from './journal-orders.ts';
import { recordCommission } from './record-commission.ts';
import { recordExecution } from './record-execution.ts';
import { keepRefused, keepUnmatched, type Receipt, recordApplied } from './recorded-report.ts';

/**
 * Journals one report of an account's broker and books what it tells, with the account locked to the end of the
 * transaction. A key that is journaled already changes nothing. TICKET_CONFLICT if there is no such account.
 */
export async function recordReport(
  trx: Transaction<DB>,
  accountId: string,
  report: BrokerReport,
  recordedAt: Date,
): Promise<RecordedReport> {
  await lockAccount(trx, accountId);
  if (await isJournaled(trx, accountId, report.key)) {
    return report.kind === 'status' ? await recordAgain(trx, { accountId, report, recordedAt }) : { kind: 'repeated' };
  }
  switch (report.kind) {
    case 'status':
      return await recordStatus(trx, { accountId, report, recordedAt });
    case 'execution':
      return await recordExecution(trx, { accountId, report, recordedAt });
    case 'commission':
      return await recordCommission(trx, { accountId, report, recordedAt });
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
): Promise<RecordedReport> {
  await lockAccount(trx, accountId);
  if (await isJournaled(trx, accountId, report.key)) return { kind: 'repeated' };
  const order = report.kind === 'commission' ? null : await findJournaledOrder(trx, accountId, report.orderRef);
  return await keepRefused(trx, { accountId, report, recordedAt }, order, `it could not be booked: ${reason}`);
}

/**
 * A status that was told before is news of an order that was given up as lost since then: the broker shows it again. Of
 * any other order it is a late repetition.
 */
async function recordAgain(trx: Transaction<DB>, receipt: Receipt<OrderStatusReport>): Promise<RecordedReport> {
  const { accountId, report } = receipt;
  const order = await findJournaledOrder(trx, accountId, report.orderRef);
  if (order?.progress.state !== OrderState.unknown) return { kind: 'repeated' };
  for (let n = 2; ; n += 1) {
    const key = `${report.key}/${n}`;
    if (await isJournaled(trx, accountId, key)) continue;
    return await recordStatus(trx, { ...receipt, report: { ...report, key } });
  }
}

function stepOf(
  progress: OrderProgress,
  { event, filledQuantity, remainingQuantity }: OrderStatusReport,
): ProgressStep {
  return applyStatus(progress, event, dec(remainingQuantity).isZero() ? filledQuantity : null);
}

async function recordStatus(trx: Transaction<DB>, receipt: Receipt<OrderStatusReport>): Promise<RecordedReport> {
  const { accountId, report, recordedAt } = receipt;
  const order = await findJournaledOrder(trx, accountId, report.orderRef);
  if (order === null) return await keepUnmatched(trx, receipt, 'no order of the account has this reference');
  const step = stepOf(order.progress, report);
  if (step.kind === 'refused') return await keepRefused(trx, receipt, order, step.problem);
  const { progress } = step;
  const after = {
    ...{ progress, stateReason: reasonAfter(order, progress, report.reason) },
    brokerOrderId: report.brokerOrderId,
  };
  await saveProgress(trx, order, after, recordedAt);
  return await recordApplied(trx, receipt, { ...order, ...after });
}
