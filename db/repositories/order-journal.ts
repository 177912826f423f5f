import type { Kysely, Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import type { BrokerReport } from '../../src/ports/broker-session.ts';
import type { OrderJournal, RecordedReport } from '../../src/ports/order-journal.ts';
import { toFoliosError, withTranslatedErrors } from '../database-error.ts';
import type { DB } from '../schema.gen.ts';
import { adoptExternal } from './adopt-external.ts';
import { readExposure } from './exposure.ts';
import { timeline } from './journal-events.ts';
import { findTicket, journalTicket, settleTicket } from './journal-tickets.ts';
import { acknowledgeKept, listKept } from './kept-reports.ts';
import { openBooks } from './opening-books.ts';
import { addNote, beginSubmission, changeOrder, moveByUs, withdraw } from './order-moves.ts';
import { markTold, untoldNews } from './order-news.ts';
import { keepUnbookable, recordReports } from './record-report.ts';

/** Binds the journal of orders to a database. */
export function createOrderJournal(db: Kysely<DB>): OrderJournal {
  const inTransaction = <T>(work: (trx: Transaction<DB>) => Promise<T>) => db.transaction().execute(work);
  return withTranslatedErrors<OrderJournal>({
    journalTicket: (ticket) => journalTicket(db, ticket),
    findTicket: (ticketId) => findTicket(db, ticketId),
    beginSubmission: (orderRefs, submission, at) =>
      inTransaction((trx) => beginSubmission(trx, [...new Set(orderRefs)], submission, at)),
    move: async (orderRef, event, reason, at) =>
      unlessRefused(await inTransaction((trx) => moveByUs(trx, orderRef, event, reason, at))),
    withdraw: async (orderRef, reason, at) =>
      unlessRefused(await inTransaction((trx) => withdraw(trx, orderRef, reason, at))),
    note: (orderRef, note, at) => inTransaction((trx) => addNote(trx, orderRef, note, at)),
    changeOrder: (orderRef, change, at) => inTransaction((trx) => changeOrder(trx, orderRef, change, at)),
    record: (accountId, reports, recordedAt) => record(inTransaction, accountId, reports, recordedAt),
    untold: (accountId) => untoldNews(db, accountId),
    markTold: (eventIds) => markTold(db, eventIds),
    settle: (ticketId, at) => settleTicket(db, ticketId, at),
    timeline: (orderRef) => timeline(db, orderRef),
    listKept: (accountId, limit, which) => listKept(db, accountId, limit, which),
    acknowledge: (eventId, by) => acknowledgeKept(db, eventId, by),
    openBooks: (accountId, opening) => inTransaction((trx) => openBooks(trx, accountId, opening)),
    adoptExternal: (accountId, at) => inTransaction((trx) => adoptExternal(trx, accountId, at)),
    exposure: (accountId, intentsSince) => readExposure(db, accountId, intentsSince),
  });
}

/** Reports of which the database refuses one are written one by one, so that only that one is kept unbooked. */
async function record(
  inTransaction: <T>(work: (trx: Transaction<DB>) => Promise<T>) => Promise<T>,
  accountId: string,
  reports: readonly BrokerReport[],
  recordedAt: Date,
): Promise<readonly RecordedReport[]> {
  try {
    return await inTransaction((trx) => recordReports(trx, accountId, reports, recordedAt));
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === null) throw error;
    const [only, ...others] = reports;
    if (only && others.length === 0) {
      return await inTransaction((trx) => keepUnbookable(trx, accountId, only, recordedAt, reason));
    }
    const recorded: RecordedReport[] = [];
    for (const one of reports) recorded.push(...(await record(inTransaction, accountId, [one], recordedAt)));
    return recorded;
  }
}

/** Why the database takes these values never; null where the failure has another cause, and may pass. */
function refusalOf(error: unknown): string | null {
  const { message, code, details } = toFoliosError(error) as Partial<FoliosError> & Error;
  const isOfValues = /^2[23]/.test(String(details?.sqlState ?? '')) || code === 'LEDGER_UNBALANCED';
  return isOfValues ? message : null;
}

/** The event of a refused move is committed by now. */
function unlessRefused<T>(result: T | FoliosError): T {
  if (result instanceof FoliosError) throw result;
  return result;
}
