import type { Kysely, Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import type { OrderJournal } from '../../src/ports/order-journal.ts';
import { toFoliosError, withTranslatedErrors } from '../database-error.ts';
import type { DB } from '../schema.gen.ts';
import { adoptExternal } from './adopt-external.ts';
import { readExposure } from './exposure.ts';
import { listKept, timeline } from './journal-events.ts';
import { findTicket, journalTicket, settleTicket } from './journal-tickets.ts';
import { openBooks } from './opening-books.ts';
import { addNote, beginSubmission, changeOrder, moveByUs, withdraw } from './order-moves.ts';
import { markTold, untoldNews } from './order-news.ts';
import { keepUnbookable, recordReport } from './record-report.ts';

/** Binds the journal of orders to a database. */
export function createOrderJournal(db: Kysely<DB>): OrderJournal {
  const inTransaction = <T>(work: (trx: Transaction<DB>) => Promise<T>) => db.transaction().execute(work);
  return withTranslatedErrors<OrderJournal>({
    journalTicket: (ticket) => inTransaction((trx) => journalTicket(trx, ticket)),
    findTicket: (ticketId) => findTicket(db, ticketId),
    beginSubmission: (orderRefs, submission, at) =>
      inTransaction((trx) => beginSubmission(trx, [...new Set(orderRefs)], submission, at)),
    move: async (orderRef, event, reason, at) =>
      unlessRefused(await inTransaction((trx) => moveByUs(trx, orderRef, event, reason, at))),
    withdraw: async (orderRef, reason, at) =>
      unlessRefused(await inTransaction((trx) => withdraw(trx, orderRef, reason, at))),
    note: (orderRef, note, at) => inTransaction((trx) => addNote(trx, orderRef, note, at)),
    changeOrder: (orderRef, change, at) => inTransaction((trx) => changeOrder(trx, orderRef, change, at)),
    record: async (accountId, report, recordedAt) => {
      try {
        return await inTransaction((trx) => recordReport(trx, accountId, report, recordedAt));
      } catch (error) {
        const reason = refusalOf(error);
        if (reason === null) throw error;
        return await inTransaction((trx) => keepUnbookable(trx, accountId, report, recordedAt, reason));
      }
    },
    untold: (accountId) => untoldNews(db, accountId),
    markTold: (eventIds) => markTold(db, eventIds),
    settle: (ticketId, at) => inTransaction((trx) => settleTicket(trx, ticketId, at)),
    timeline: (orderRef) => timeline(db, orderRef),
    listKept: (accountId, limit) => listKept(db, accountId, limit),
    openBooks: (accountId, opening) => inTransaction((trx) => openBooks(trx, accountId, opening)),
    adoptExternal: (accountId, at) => inTransaction((trx) => adoptExternal(trx, accountId, at)),
    exposure: (accountId, intentsSince) => readExposure(db, accountId, intentsSince),
  });
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
