import type { Kysely, NotNull, Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { dec } from '../../src/domain/money/decimal.ts';
import { depositEntries } from '../../src/domain/portfolio/ledger.ts';
import type { AccountRecord, PortfolioRepository } from '../../src/ports/repositories.ts';
import { accountIdOf, isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { bookTransactions } from './ledger.ts';

function accounts(db: Kysely<DB>) {
  return db
    .selectFrom('portfolio_accounts as a')
    .innerJoin('strategies as s', 's.id', 'a.strategy_id')
    .select(['a.id as accountId', 's.id as strategyId', 's.slug as strategySlug', 'a.provider'])
    .$narrowType<{ provider: NotNull }>()
    .select(['a.price_source as priceSource', 'a.initial_balance_usd as initialBalanceUsd'])
    .select(['a.opened_on as openedOn', 'a.created_at as createdAt']);
}

/** One account, or null. */
export async function findAccount(db: Kysely<DB>, accountId: string): Promise<AccountRecord | null> {
  if (!isUuid(accountId)) return null;
  return (await accounts(db).where('a.id', '=', accountId).executeTakeFirst()) ?? null;
}

/** By strategy and provider. */
export async function listAccounts(db: Kysely<DB>): Promise<readonly AccountRecord[]> {
  return await accounts(db).orderBy('s.slug').orderBy('a.provider').execute();
}

/**
 * The account of (strategy, provider). The first call opens it and books its deposit; later ones find it as it is,
 * whatever balance they name. STRATEGY_NOT_FOUND.
 */
export async function openAccount(
  trx: Transaction<DB>,
  account: Parameters<PortfolioRepository['openAccount']>[0],
  at: Date,
): Promise<AccountRecord> {
  const { strategyId, provider, priceSource, initialBalanceUsd, openedOn } = account;
  const accountId = accountIdOf(strategyId, provider);
  const strategy = await trx.selectFrom('strategies').select('slug').where('id', '=', strategyId).executeTakeFirst();
  const opened = await trx
    .insertInto('portfolio_accounts')
    .values({
      id: accountId,
      // An unknown strategy is for the foreign key to refuse.
      name: `${strategy?.slug ?? strategyId}/${provider}`,
      broker_account: accountId,
      strategy_id: strategyId,
      provider,
      price_source: priceSource,
      initial_balance_usd: initialBalanceUsd,
      opened_on: openedOn,
      created_at: at,
    })
    .onConflict((conflict) => conflict.columns(['strategy_id', 'provider']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (opened !== undefined && dec(initialBalanceUsd).greaterThan(0)) {
    const deposit = { transactionId: `deposit/${accountId}`, accountId, marketDate: openedOn, memo: 'opening deposit' };
    await bookTransactions(trx, accountId, [{ ...deposit, entries: depositEntries(initialBalanceUsd) }]);
  }
  return await requireAccount(trx, accountId);
}

/** Locks an account's row until the transaction ends: who changes its books waits here. TICKET_CONFLICT if there is none. */
export async function lockAccount(trx: Transaction<DB>, accountId: string): Promise<void> {
  const row = isUuid(accountId)
    ? await trx
        .selectFrom('portfolio_accounts')
        .select('id')
        .where('id', '=', accountId)
        .forNoKeyUpdate()
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw noAccount(accountId);
}

async function requireAccount(trx: Transaction<DB>, accountId: string): Promise<AccountRecord> {
  const account = await findAccount(trx, accountId);
  if (account === null) throw noAccount(accountId);
  return account;
}

function noAccount(accountId: string): FoliosError {
  return new FoliosError('TICKET_CONFLICT', `no portfolio account has the id ${accountId}`, { accountId });
}
