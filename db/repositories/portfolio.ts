import type { Kysely, Transaction } from 'kysely';
import type { PortfolioRepository } from '../../src/ports/repositories.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { accountIdOf } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { findAccount, listAccounts, openAccount } from './accounts.ts';
import { listPositions, listSnapshots } from './holdings.ts';
import { listUnbalanced, listWrongBalances, readBalances } from './ledger.ts';
import { journalOrders, listExecutions, listOrders } from './orders.ts';
import { isSettled, markPositions, settleTicket } from './settlement.ts';
import { valueAccount } from './value-account.ts';

/** Binds the portfolio port to a database. */
export function createPortfolioRepository(db: Kysely<DB>): PortfolioRepository {
  const inTransaction = <T>(work: (trx: Transaction<DB>) => Promise<T>) => db.transaction().execute(work);
  return withTranslatedErrors<PortfolioRepository>({
    openAccount: (account, at) => inTransaction((trx) => openAccount(trx, account, at)),
    findAccount: (accountId) => findAccount(db, accountId),
    findAccountOf: (strategyId, provider) => findAccount(db, accountIdOf(strategyId, provider)),
    listAccounts: () => listAccounts(db),
    journalOrders: (ticket, orders) => inTransaction((trx) => journalOrders(trx, ticket, orders)),
    listOrders: (filter) => listOrders(db, filter),
    listExecutions: (filter) => listExecutions(db, filter),
    listPositions: (accountId) => listPositions(db, accountId),
    balances: (accountId) => readBalances(db, accountId),
    settle: (settlement) => inTransaction((trx) => settleTicket(trx, settlement)),
    isSettled: (ticketId) => isSettled(db, ticketId),
    mark: (mark) => inTransaction((trx) => markPositions(trx, mark)),
    value: (valuation) => inTransaction((trx) => valueAccount(trx, valuation)),
    listSnapshots: (accountId) => listSnapshots(db, accountId),
    listUnbalanced: async () => [
      ...(await listUnbalanced(db)),
      ...(await listWrongBalances(db)).map((name) => `balance ${name}`),
    ],
  });
}
