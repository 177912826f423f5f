import type { Transaction } from 'kysely';
import { type Instrument, instrumentKey } from '../../src/domain/orders/instrument.ts';
import type { LegFill } from '../../src/domain/orders/order-progress-combo.ts';
import { applyFill, isSameFill, type ReportedFill } from '../../src/domain/orders/order-progress-fill.ts';
import type { ExecutionReport } from '../../src/ports/broker-session.ts';
import type { RecordedReport } from '../../src/ports/order-journal.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson, storableText } from '../storable.ts';
import { bookFill } from './account-books.ts';
import { findJournaledOrder, type JournaledOrder, reasonAfter, saveProgress } from './journal-orders.ts';
import { bookEarlyCommissions } from './record-commission.ts';
import { keepRefused, keepUnmatched, type Receipt, recordApplied } from './recorded-report.ts';

type ExecutionReceipt = Receipt<ExecutionReport>;

/** Books an execution once by its id, whatever key tells of it, and with it a commission that was told before it. */
export async function recordExecution(trx: Transaction<DB>, receipt: ExecutionReceipt): Promise<RecordedReport> {
  const { accountId, report, recordedAt } = receipt;
  const { execId, correctsExecId } = report;
  const order = await findJournaledOrder(trx, accountId, report.orderRef);
  if (order === null) return await keepUnmatched(trx, receipt, 'no order of the account has this reference');
  const booked = await findExecution(trx, execId);
  if (booked !== null) {
    const isSame = booked.orderId === order.orderId && isSameFill(booked, report);
    if (isSame) return await recordApplied(trx, receipt, order);
    return await keepRefused(trx, receipt, order, `execution ${execId} was booked before, and with other facts`);
  }
  if (correctsExecId !== null) {
    const problem = `it corrects execution ${correctsExecId}: nothing is rebooked before a person has looked`;
    return await keepRefused(trx, receipt, order, problem);
  }
  const step = applyFill(order.progress, order.planned, await earlierFills(trx, order), report);
  if (step.kind === 'refused') return await keepRefused(trx, receipt, order, step.problem);
  const { progress, instrument } = step;
  const after = {
    ...{ progress, stateReason: reasonAfter(order, progress, null) },
    brokerOrderId: report.brokerOrderId ?? order.brokerOrderId,
  };
  await saveProgress(trx, order, after, recordedAt);
  await insertExecution(trx, report, order, instrument);
  await bookFill(trx, { accountId, instrument, execution: lotExecutionOf(report, instrument), at: report.at });
  const recorded = await recordApplied(trx, receipt, { ...order, ...after });
  await bookEarlyCommissions(trx, accountId, execId);
  return recorded;
}

function lotExecutionOf({ execId, side, quantity, price }: ExecutionReport, instrument: Instrument) {
  return { execId: storableText(execId), side, quantity, price, multiplier: unitsOf(instrument), commissionUsd: '0' };
}

function unitsOf(instrument: Instrument): string {
  return instrument.kind === 'option' ? instrument.multiplier : '1';
}

async function findExecution(
  trx: Transaction<DB>,
  execId: string,
): Promise<(ReportedFill & { readonly orderId: string }) | null> {
  const row = await trx
    .selectFrom('executions')
    .select(['order_id as orderId', 'ticker', 'instrument', 'side', 'quantity', 'price'])
    .where('exec_id', '=', storableText(execId))
    .executeTakeFirst();
  return row === undefined ? null : { ...row, instrument: row.instrument ?? { kind: 'stock', symbol: row.ticker } };
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
  { execId, side, quantity, price, at }: ExecutionReport,
  { orderId }: JournaledOrder,
  instrument: Instrument,
): Promise<void> {
  await trx
    .insertInto('executions')
    .values({
      exec_id: storableText(execId),
      order_id: orderId,
      ticker: instrumentKey(instrument),
      instrument: storableJson(instrument),
      multiplier: unitsOf(instrument),
      side,
      quantity,
      price,
      commission_usd: '0',
      executed_at: at,
    })
    .execute();
}
