import { type Kysely, sql, type Transaction } from 'kysely';
import type { ClosedLot, InstrumentResult, OpenLot } from '../../src/domain/accounting/profit-and-loss.ts';
import type { AppliedAction } from '../../src/ports/corporate-actions.ts';
import type { ProfitAndLossBooks, ProfitAndLossQuestion } from '../../src/ports/profit-and-loss.ts';
import { withTranslatedErrors } from '../database-error.ts';
import type { DB } from '../schema.gen.ts';
import { readBalances } from './ledger.ts';

/** Binds the port of profit and loss to a database. */
export function createProfitAndLossBooks(db: Kysely<DB>): ProfitAndLossBooks {
  return withTranslatedErrors<ProfitAndLossBooks>({
    read: (question) =>
      db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (trx) => {
          const balances = new Map();
          for (const accountId of question.accountIds) balances.set(accountId, await readBalances(trx, accountId));
          return {
            results: await readResults(trx, question),
            closedLots: await readClosedLots(trx, question),
            openLots: await readOpenLots(trx, question),
            actions: await readActions(trx, question),
            balances,
          };
        }),
  });
}

/** An instrument's key begins with its symbol; an option's goes on after a blank. */
const isOf = (column: string, symbol: string | null) =>
  symbol === null ? sql<boolean>`true` : sql<boolean>`split_part(${sql.ref(column)}, ' ', 1) = ${symbol}`;

const isWithin = (column: string, { from, to }: ProfitAndLossQuestion) => sql<boolean>`
  (${from}::date is null or ${sql.ref(column)} >= ${from}::date) and (${to}::date is null or ${sql.ref(column)} <= ${to}::date)
`;

/**
 * Sums of the ledger's entries. Whose they are is told by the execution that they were booked for, by the corporate
 * action, or, of a mark, by the ledger account; an unrealised result is booked against the revaluation in one transaction.
 */
async function readResults(
  trx: Transaction<DB>,
  question: ProfitAndLossQuestion,
): Promise<readonly InstrumentResult[]> {
  if (question.accountIds.length === 0) return [];
  const entries = trx
    .selectFrom('ledger_entries as e')
    .innerJoin('ledger_transactions as t', 't.id', 'e.transaction_id')
    .leftJoin('executions as x', 'x.exec_id', 't.execution_id')
    .leftJoin('corporate_actions_applied as c', 'c.transaction_id', 't.id')
    .select(['t.account_id', 'e.ledger_account', 'e.amount_usd'])
    .select(
      sql<string>`coalesce(substring(e.ledger_account from '^revaluation:(.+)$'), x.ticker, c.symbol, '')`.as(
        'instrument',
      ),
    )
    .where('t.account_id', 'in', question.accountIds)
    .where(sql<boolean>`e.ledger_account ~ '^(realized-pnl|commission|dividend|revaluation:.+)$'`)
    .where(isWithin('t.market_date', question));
  const total = (condition: ReturnType<typeof sql<boolean>>) =>
    sql<string>`coalesce(sum(amount_usd) filter (where ${condition}), 0)`;
  return await trx
    .selectFrom(entries.as('entries'))
    .select(['account_id as accountId', 'instrument'])
    .select(sql<string>`-${total(sql<boolean>`ledger_account = 'realized-pnl'`)}`.as('realizedUsd'))
    .select(total(sql<boolean>`ledger_account like 'revaluation:%'`).as('unrealizedUsd'))
    .select(sql<string>`-${total(sql<boolean>`ledger_account = 'dividend'`)}`.as('dividendsUsd'))
    .select(total(sql<boolean>`ledger_account = 'commission'`).as('commissionsUsd'))
    .where(isOf('instrument', question.symbol))
    .groupBy(['account_id', 'instrument'])
    .orderBy('account_id')
    .orderBy('instrument')
    .execute();
}

async function readClosedLots(trx: Transaction<DB>, question: ProfitAndLossQuestion): Promise<readonly ClosedLot[]> {
  if (question.accountIds.length === 0) return [];
  return await trx
    .selectFrom('closed_lots')
    .select(['account_id as accountId', 'ticker as instrument', 'opened_on as openedOn', 'closed_on as closedOn'])
    .select(['quantity', 'cost_usd as costUsd', 'proceeds_usd as proceedsUsd', 'commission_usd as commissionUsd'])
    .where('account_id', 'in', question.accountIds)
    .where(isOf('ticker', question.symbol))
    .where(isWithin('closed_on', question))
    .orderBy('closed_on')
    .orderBy('closing')
    .execute();
}

/** A position without lots is kept at average cost: it counts as one. */
async function readOpenLots(
  trx: Transaction<DB>,
  { accountIds, symbol }: ProfitAndLossQuestion,
): Promise<readonly OpenLot[]> {
  if (accountIds.length === 0) return [];
  return await trx
    .selectFrom('positions as p')
    .leftJoin('tax_lots as l', (join) =>
      join.onRef('l.account_id', '=', 'p.account_id').onRef('l.ticker', '=', 'p.ticker'),
    )
    .select(['p.account_id as accountId', 'p.ticker as instrument', 'l.opened_on as openedOn'])
    .select((eb) => eb.fn.coalesce('l.quantity', 'p.quantity').as('quantity'))
    .select((eb) => eb.fn.coalesce('l.cost_usd', 'p.cost_usd').as('costUsd'))
    .select(sql<string>`coalesce(l.commission_usd, 0)`.as('commissionUsd'))
    .select(['p.market_price as price', 'p.multiplier', 'p.market_date as markedOn'])
    .where('p.account_id', 'in', accountIds)
    .where(isOf('p.ticker', symbol))
    .orderBy('p.account_id')
    .orderBy('p.ticker')
    .orderBy('l.opening')
    .execute();
}

async function readActions(trx: Transaction<DB>, question: ProfitAndLossQuestion): Promise<readonly AppliedAction[]> {
  if (question.accountIds.length === 0) return [];
  const rows = await trx
    .selectFrom('corporate_actions_applied')
    .select([
      'account_id',
      'symbol',
      'ex_date',
      'kind',
      'quantity',
      'cash_usd',
      'ratio_to',
      'ratio_from',
      'per_share_usd',
    ])
    .where('account_id', 'in', question.accountIds)
    .where(isOf('symbol', question.symbol))
    .where(isWithin('ex_date', question))
    .orderBy('ex_date')
    .orderBy('symbol')
    .orderBy('kind')
    .execute();
  return rows.map(
    ({ account_id, symbol, ex_date: exDate, kind, quantity, cash_usd, ratio_to, ratio_from, per_share_usd }) => ({
      ...{ accountId: account_id, symbol, quantity, cashUsd: cash_usd },
      action:
        kind === 'split'
          ? { kind, exDate, ratio: { to: ratio_to ?? 1, from: ratio_from ?? 1 } }
          : { kind, exDate, perShareUsd: per_share_usd ?? '0' },
    }),
  );
}
