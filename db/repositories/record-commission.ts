import { sql, type Transaction } from 'kysely';
import { Dec } from '../../src/domain/money/decimal.ts';
import { amountOf } from '../../src/domain/orders/order-progress-fill.ts';
import type { CommissionReport } from '../../src/ports/broker-session.ts';
import type { RecordedReport } from '../../src/ports/order-journal.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';
import { type BookedFill, bookFillCommission } from './account-books.ts';
import { type JournaledOrder, journaledOrders, orderOf } from './journal-orders.ts';
import { keepRefused, keepUnmatched, type Receipt, recordQuietly } from './recorded-report.ts';

const MAX_COMMISSION = new Dec('1e15');
const MAX_DECIMALS = 20;

/** Books what an execution cost, once; where the execution is not known yet, it is kept until that comes. */
export async function recordCommission(
  trx: Transaction<DB>,
  receipt: Receipt<CommissionReport>,
): Promise<RecordedReport> {
  const { accountId, report } = receipt;
  const booked = await findBooked(trx, accountId, report.execId);
  const problem = amountProblem(report.commissionUsd);
  if (problem !== null) return await keepRefused(trx, receipt, booked?.order ?? null, problem);
  if (booked === null) return await keepUnmatched(trx, receipt, `no execution ${report.execId} is booked`);
  const refusal = await bookOnce(trx, booked, report);
  if (refusal !== null) return await keepRefused(trx, receipt, booked.order, refusal);
  return await recordQuietly(trx, receipt, booked.order);
}

/** Books the commissions that were told before the execution that has just been booked; the first counts. */
export async function bookEarlyCommissions(trx: Transaction<DB>, accountId: string, execId: string): Promise<void> {
  const early = await commissionEvents(trx, accountId, execId).where('outcome', '=', 'unmatched').execute();
  for (const { id, data } of early) {
    const booked = await findBooked(trx, accountId, execId);
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
async function findBooked(trx: Transaction<DB>, accountId: string, execId: string): Promise<BookedOrderFill | null> {
  const row = await trx
    .selectFrom('executions')
    .select(['exec_id', 'order_id', 'instrument', 'side', 'quantity', 'price', 'multiplier', 'executed_at as at'])
    .where('exec_id', '=', storableText(execId))
    .executeTakeFirst();
  if (!row || row.instrument === null) return null;
  const { exec_id, order_id, instrument, at, ...amounts } = row;
  const order = orderOf(await journaledOrders(trx).where('o.id', '=', order_id).executeTakeFirstOrThrow());
  if (order.accountId !== accountId) return null;
  const execution = { execId: exec_id, ...amounts, commissionUsd: '0' };
  return { order, fill: { accountId, instrument, execution, at } };
}

function amountProblem(text: string): string | null {
  const amount = amountOf(text);
  const isBookable = amount?.abs().lte(MAX_COMMISSION) && amount.decimalPlaces() <= MAX_DECIMALS;
  return isBookable ? null : `a commission of ${text} cannot be booked`;
}
