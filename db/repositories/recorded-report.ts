import type { Transaction } from 'kysely';
import type { BrokerReport } from '../../src/ports/broker-session.ts';
import type { RecordedReport } from '../../src/ports/order-journal.ts';
import type { DB } from '../schema.gen.ts';
import { appendEvent } from './journal-events.ts';
import { type JournaledOrder, newsOf } from './journal-orders.ts';

/** A report as it came, for the account whose broker told it. */
export interface Receipt<R extends BrokerReport> {
  readonly accountId: string;
  readonly report: R;
  readonly recordedAt: Date;
}

type Owner = Pick<JournaledOrder, 'orderId' | 'ticketId' | 'planned' | 'progress' | 'stateReason' | 'brokerOrderId'>;

/** Journals a report that was booked, or said what was known; its order's ticket is to be told. `order` as it is now. */
export async function recordApplied<R extends BrokerReport>(
  trx: Transaction<DB>,
  receipt: Receipt<R>,
  order: Owner,
): Promise<RecordedReport> {
  const eventId = await append(trx, receipt, order, null, true);
  return {
    ...{ kind: 'recorded', outcome: 'applied', problem: null, ticketId: order.ticketId },
    news: newsOf(order, eventId),
  };
}

/** Journals a report that moves no order, such as a commission: there is nothing to tell. */
export async function recordQuietly<R extends BrokerReport>(
  trx: Transaction<DB>,
  receipt: Receipt<R>,
  order: Owner,
): Promise<RecordedReport> {
  await append(trx, receipt, order, null, false);
  return { kind: 'recorded', outcome: 'applied', problem: null, ticketId: order.ticketId, news: null };
}

/** Keeps a report that contradicts its order or cannot be booked. */
export async function keepRefused<R extends BrokerReport>(
  trx: Transaction<DB>,
  receipt: Receipt<R>,
  order: Owner | null,
  problem: string,
): Promise<RecordedReport> {
  const outcome = 'refused';
  await append(trx, receipt, order, { outcome, problem }, false);
  return { kind: 'recorded', outcome, problem, ticketId: order?.ticketId ?? null, news: null };
}

/** Keeps a report that belongs to no order of the account. */
export async function keepUnmatched<R extends BrokerReport>(
  trx: Transaction<DB>,
  receipt: Receipt<R>,
  problem: string,
): Promise<RecordedReport> {
  const outcome = 'unmatched';
  await append(trx, receipt, null, { outcome, problem }, false);
  return { kind: 'recorded', outcome, problem, ticketId: null, news: null };
}

function append<R extends BrokerReport>(
  trx: Transaction<DB>,
  { accountId, report, recordedAt }: Receipt<R>,
  order: Owner | null,
  kept: { readonly outcome: 'refused' | 'unmatched'; readonly problem: string } | null,
  isNews: boolean,
): Promise<number> {
  const { key, kind, at } = report;
  const state = order?.progress.state ?? null;
  return appendEvent(trx, { accountId, order, key, kind, kept, state, data: report, at, recordedAt, isNews });
}
