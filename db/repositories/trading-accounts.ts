import type { Kysely, Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { dec } from '../../src/domain/money/decimal.ts';
import { DEFAULT_RISK_LIMITS } from '../../src/domain/orders/risk-limits.ts';
import { depositEntries } from '../../src/domain/portfolio/ledger.ts';
import {
  BrokerName,
  type NewTradingAccount,
  type TradingAccount,
  type TradingAccounts,
} from '../../src/ports/trading-accounts.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid, tradingAccountIdOf } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson, storableText } from '../storable.ts';
import { bookTransactions } from './ledger.ts';

/** Binds the accounts, as orders see them, to a database. */
export function createTradingAccounts(db: Kysely<DB>): TradingAccounts {
  return withTranslatedErrors<TradingAccounts>({
    open: (account, at) => db.transaction().execute((trx) => openTradingAccount(trx, account, at)),
    find: (reference) => findTradingAccount(db, reference),
    list: async () => (await accounts(db).orderBy('name').execute()).map(accountOf),
  });
}

function accounts(db: Kysely<DB>) {
  return db
    .selectFrom('portfolio_accounts')
    .select(['id as accountId', 'name', 'broker', 'broker_account as brokerAccount'])
    .select(['strategy_id as strategyId', 'initial_balance_usd as initialBalanceUsd'])
    .select(['price_source as priceSource', 'risk_limits', 'gateway', 'opened_on as openedOn'])
    .select('created_at as createdAt')
    .select((eb) => eb.fn.coalesce('actions_applied_to', 'opened_on').as('actionsAppliedTo'));
}

type AccountRow = Awaited<ReturnType<ReturnType<typeof accounts>['execute']>>[number];

function accountOf({ risk_limits, ...account }: AccountRow): TradingAccount {
  return { ...account, limits: { ...DEFAULT_RISK_LIMITS, ...risk_limits } };
}

/** No name looks like an id. */
async function findTradingAccount(db: Kysely<DB>, reference: string): Promise<TradingAccount | null> {
  const column = isUuid(reference) ? 'id' : 'name';
  const row = await accounts(db).where(column, '=', storableText(reference)).executeTakeFirst();
  return row === undefined ? null : accountOf(row);
}

/** The first call for a name opens the account; a later one finds it as it is, whatever balance and limits it names. */
async function openTradingAccount(trx: Transaction<DB>, account: NewTradingAccount, at: Date): Promise<TradingAccount> {
  assertOpenable(account);
  const { name, broker, priceSource, initialBalanceUsd, limits, openedOn } = account;
  const accountId = tradingAccountIdOf(name);
  const opened = await trx
    .insertInto('portfolio_accounts')
    .values({
      id: accountId,
      name,
      broker,
      broker_account: account.brokerAccount ?? accountId,
      price_source: priceSource,
      risk_limits: storableJson(limits ?? {}),
      gateway: account.gateway ? storableJson(account.gateway) : null,
      initial_balance_usd: initialBalanceUsd,
      opened_on: openedOn,
      created_at: at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (opened !== undefined && dec(initialBalanceUsd).greaterThan(0)) {
    const deposit = { transactionId: `deposit/${accountId}`, accountId, marketDate: openedOn, memo: 'opening deposit' };
    await bookTransactions(trx, accountId, [{ ...deposit, entries: depositEntries(initialBalanceUsd) }]);
  }
  const found = await findTradingAccount(trx, accountId);
  const isThis =
    found?.broker === broker &&
    found.brokerAccount === (account.brokerAccount ?? accountId) &&
    found.priceSource === priceSource;
  if (found && isThis) return found;
  const taken = `the name ${name}, or its number at the broker, is taken by another account`;
  throw new FoliosError('TICKET_CONFLICT', taken, { name, brokerAccount: account.brokerAccount ?? null });
}

function assertOpenable({ name, broker, brokerAccount, initialBalanceUsd }: NewTradingAccount): void {
  const problem =
    name.trim() === '' || name !== storableText(name) || isUuid(name)
      ? `name: ${JSON.stringify(name)} cannot be the name of an account`
      : (broker === BrokerName.paper) !== (brokerAccount === undefined)
        ? 'brokerAccount: an account at a real broker has its number there, and a paper account has none'
        : dec(initialBalanceUsd).lessThan(0)
          ? `initialBalanceUsd: ${initialBalanceUsd} is negative`
          : null;
  if (problem !== null) throw new FoliosError('INPUT_INVALID', problem, { name });
}
