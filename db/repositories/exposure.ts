import { type Expression, type ExpressionBuilder, type Kysely, type NotNull, sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { FoliosError } from '../../src/contracts/errors.ts';
import { dec, sum } from '../../src/domain/money/decimal.ts';
import { isTerminal, OrderState } from '../../src/domain/orders/order-state.ts';
import { strictestMode } from '../../src/domain/orders/trading-mode.ts';
import type { AccountExposure, AccountWorkingOrder } from '../../src/ports/order-journal.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { plannedOf } from './journal-orders.ts';

const OPEN_STATES = Object.values(OrderState).filter((state) => !isTerminal(state));
const NEVER_TRADED = [OrderState.denied, OrderState.rejected];

type OfAccount = ExpressionBuilder<{ a: DB['portfolio_accounts'] } & DB, 'a'>;

/**
 * What an account has and has under way. All is read in one statement, and so as of one moment. TICKET_CONFLICT if there
 * is no such account.
 */
export async function readExposure(db: Kysely<DB>, accountId: string, intentsSince: Date): Promise<AccountExposure> {
  const row = isUuid(accountId) ? await exposureOf(db, accountId, intentsSince).executeTakeFirst() : undefined;
  if (row === undefined) {
    throw new FoliosError('TICKET_CONFLICT', `no trading account has the id ${accountId}`, { accountId });
  }
  const positions = row.positions.map((one) => ({
    instrument: one.instrument ?? ({ kind: 'stock', symbol: one.ticker } as const),
    quantity: one.quantity,
    marketValueUsd: dec(one.quantity).times(one.multiplier).times(one.market_price).toFixed(),
    tradeId: one.trade_id,
  }));
  const value = sum(positions.map((one) => dec(one.marketValueUsd)));
  return {
    mode: strictestMode(row.modes.map(({ mode }) => mode)),
    cashUsd: dec(row.cash).toFixed(),
    netLiquidationUsd: dec(row.cash).plus(value).toFixed(),
    positions,
    working: row.working.map(workingOf),
    recentIntents: row.intents,
  };
}

function exposureOf(db: Kysely<DB>, accountId: string, intentsSince: Date) {
  return db
    .selectFrom('portfolio_accounts as a')
    .select((eb) => [
      jsonArrayFrom(modesOf(eb)).as('modes'),
      cashOf(eb).as('cash'),
      jsonArrayFrom(positionsOf(eb)).as('positions'),
      jsonArrayFrom(workingOrdersOf(eb)).as('working'),
      jsonArrayFrom(intentsOf(eb, intentsSince)).as('intents'),
    ])
    .where('a.id', '=', accountId);
}

/** JSON has no exact numbers: amounts travel as text. */
function text<T extends string | null>(column: Expression<T>) {
  return sql<T>`${column}::text`;
}

/** The newest turn of the switch for this account, and for all. */
function modesOf(eb: OfAccount) {
  return eb
    .selectFrom('trading_mode_changes as m')
    .distinctOn('m.account_id')
    .select('m.mode')
    .where((where) => where.or([where('m.account_id', 'is', null), where('m.account_id', '=', where.ref('a.id'))]))
    .orderBy('m.account_id')
    .orderBy('m.id', 'desc');
}

function cashOf(eb: OfAccount) {
  return eb
    .selectFrom('ledger_balances as b')
    .select(sql<string>`coalesce(max(b.balance_usd), 0)`.as('cash'))
    .whereRef('b.account_id', '=', 'a.id')
    .where('b.ledger_account', '=', 'cash')
    .$asScalar()
    .$notNull();
}

/** A position belongs to a trade where everything that is left of it was opened by that trade's tickets. */
function positionsOf(eb: OfAccount) {
  return eb
    .selectFrom('positions as p')
    .select(['p.ticker', 'p.instrument'])
    .select(({ ref }) => [
      text(ref('p.quantity')).as('quantity'),
      text(ref('p.multiplier')).as('multiplier'),
      text(ref('p.market_price')).as('market_price'),
    ])
    .select((inner) =>
      inner
        .selectFrom('tax_lots as l')
        .leftJoin('executions as x', 'x.exec_id', 'l.exec_id')
        .leftJoin('orders as o', 'o.id', 'x.order_id')
        .leftJoin('tickets as t', 't.id', 'o.ticket_id')
        .select(
          sql<string | null>`case when count(t.trade_id) = count(*) and count(distinct t.trade_id) = 1
            then min(t.trade_id) end`.as('trade_id'),
        )
        .whereRef('l.account_id', '=', 'p.account_id')
        .whereRef('l.ticker', '=', 'p.ticker')
        .as('trade_id'),
    )
    .whereRef('p.account_id', '=', 'a.id')
    .orderBy('p.ticker');
}

/** Oldest first. */
function workingOrdersOf(eb: OfAccount) {
  return eb
    .selectFrom('orders as o')
    .innerJoin('tickets as t', 't.id', 'o.ticket_id')
    .select(['o.order_ref', 'o.ticker', 'o.tradable', 'o.side', 'o.order_type', 'o.time_in_force', 'o.role'])
    .select(['o.parent_ref', 'o.oca_group', 'o.state', 't.trade_id'])
    .select(({ ref }) => [
      text(ref('o.quantity')).as('quantity'),
      text(ref('o.limit_price')).as('limit_price'),
      text(ref('o.stop_price')).as('stop_price'),
      text(ref('o.trail_amount')).as('trail_amount'),
      text(ref('o.trail_percent')).as('trail_percent'),
      text(ref('o.filled_quantity')).as('filled_quantity'),
      text(ref('o.reserved_usd')).as('reserved_usd'),
      text(ref('o.market_date')).as('market_date'),
    ])
    .whereRef('o.account_id', '=', 'a.id')
    .where('o.state', 'in', OPEN_STATES)
    .orderBy('o.created_at')
    .orderBy('o.ticket_id')
    .orderBy('o.position');
}

type WorkingRow = Awaited<ReturnType<ReturnType<typeof workingOrdersOf>['execute']>>[number];

/** What has filled is in the positions, and no longer reserved. */
function workingOf(row: WorkingRow): AccountWorkingOrder {
  const remaining = dec(row.quantity).minus(row.filled_quantity);
  return {
    order: plannedOf(row),
    remainingQuantity: remaining.toFixed(),
    reservedUsd: dec(row.reserved_usd).times(remaining).dividedBy(row.quantity).toDecimalPlaces(2).toFixed(),
    tradeId: row.trade_id,
    state: row.state,
    marketDate: row.market_date,
  };
}

/** By what was intended: a price that walks since then is still the same intent. */
function intentsOf(eb: OfAccount, since: Date) {
  return eb
    .selectFrom('orders as o')
    .select(['o.order_ref as orderRef', 'o.intent_key as intentKey'])
    .whereRef('o.account_id', '=', 'a.id')
    .where('o.created_at', '>=', since)
    .where('o.state', 'not in', NEVER_TRADED)
    .where('o.intent_key', 'is not', null)
    .$narrowType<{ intentKey: NotNull }>()
    .orderBy('o.created_at')
    .orderBy('o.order_ref');
}
