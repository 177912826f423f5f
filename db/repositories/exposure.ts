import { type Kysely, sql, type Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { dec, sum } from '../../src/domain/money/decimal.ts';
import { type HeldPosition, intentKey } from '../../src/domain/orders/exposure.ts';
import type { OrderSpec } from '../../src/domain/orders/order.ts';
import { isTerminal, OrderState } from '../../src/domain/orders/order-state.ts';
import type { AccountExposure } from '../../src/ports/order-journal.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { allOrders, orderOf } from './journal-orders.ts';

const OPEN_STATES = Object.values(OrderState).filter((state) => !isTerminal(state));
const NEVER_TRADED = [OrderState.denied, OrderState.rejected];

/** What an account has and has under way, all as of one moment. TICKET_CONFLICT if there is no such account. */
export async function readExposure(db: Kysely<DB>, accountId: string, intentsSince: Date): Promise<AccountExposure> {
  const snapshot = db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
  return await snapshot.execute(async (trx) => {
    // A plan that was made while the tables were small joins them row by row for ever.
    await sql`set local plan_cache_mode = force_custom_plan`.execute(trx);
    await requireAccount(trx, accountId);
    const cash = dec(await readCash(trx, accountId));
    const positions = await readPositions(trx, accountId);
    const value = sum(positions.map((one) => dec(one.marketValueUsd)));
    return {
      cashUsd: cash.toFixed(),
      netLiquidationUsd: cash.plus(value).toFixed(),
      positions,
      working: await readWorking(trx, accountId),
      recentIntents: await readIntents(trx, accountId, intentsSince),
    };
  });
}

async function requireAccount(trx: Transaction<DB>, accountId: string): Promise<void> {
  const known = isUuid(accountId)
    ? await trx.selectFrom('portfolio_accounts').select('id').where('id', '=', accountId).executeTakeFirst()
    : undefined;
  if (known !== undefined) return;
  throw new FoliosError('TICKET_CONFLICT', `no trading account has the id ${accountId}`, { accountId });
}

async function readCash(trx: Transaction<DB>, accountId: string): Promise<string> {
  const { cash } = await trx
    .selectFrom('ledger_entries as e')
    .innerJoin('ledger_transactions as t', 't.id', 'e.transaction_id')
    .select(sql<string>`coalesce(sum(e.amount_usd), 0)`.as('cash'))
    .where('t.account_id', '=', accountId)
    .where('e.ledger_account', '=', 'cash')
    .executeTakeFirstOrThrow();
  return cash;
}

/** A position belongs to a trade where everything that is left of it was opened by that trade's tickets. */
async function readPositions(trx: Transaction<DB>, accountId: string): Promise<readonly HeldPosition[]> {
  const rows = await trx
    .selectFrom('positions as p')
    .select(['p.ticker', 'p.instrument', 'p.quantity', 'p.multiplier', 'p.market_price'])
    .select((eb) =>
      eb
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
    .where('p.account_id', '=', accountId)
    .orderBy('p.ticker')
    .execute();
  return rows.map((row) => ({
    instrument: row.instrument ?? { kind: 'stock', symbol: row.ticker },
    quantity: row.quantity,
    marketValueUsd: dec(row.quantity).times(row.multiplier).times(row.market_price).toFixed(),
    tradeId: row.trade_id,
  }));
}

/** Oldest first. What has filled is in the positions, and no longer reserved. */
async function readWorking(trx: Transaction<DB>, accountId: string): Promise<AccountExposure['working']> {
  const rows = await allOrders(trx)
    .select('o.market_date as marketDate')
    .where('o.account_id', '=', accountId)
    .where('o.state', 'in', OPEN_STATES)
    .orderBy('o.created_at')
    .orderBy('o.ticket_id')
    .orderBy('o.position')
    .execute();
  return rows.map((row) => {
    const { planned: order, progress, tradeId, reservedUsd: whole } = orderOf(row);
    const { marketDate } = row;
    const remaining = dec(progress.quantity).minus(progress.filledQuantity);
    const reservedUsd = dec(whole).times(remaining).dividedBy(progress.quantity).toDecimalPlaces(2).toFixed();
    return { order, remainingQuantity: remaining.toFixed(), reservedUsd, tradeId, state: progress.state, marketDate };
  });
}

/** By what was intended: a price that walks since then is still the same intent. */
async function readIntents(
  trx: Transaction<DB>,
  accountId: string,
  since: Date,
): Promise<AccountExposure['recentIntents']> {
  const rows = await trx
    .selectFrom('orders as o')
    .innerJoin('order_events as e', (join) =>
      join.onRef('e.account_id', '=', 'o.account_id').on(sql<boolean>`e.key = 'intent/' || o.order_ref`),
    )
    .select(['o.order_ref as orderRef', 'e.data'])
    .where('o.account_id', '=', accountId)
    .where('o.created_at', '>=', since)
    .where('o.state', 'not in', NEVER_TRADED)
    .orderBy('o.created_at')
    .orderBy('o.order_ref')
    .execute();
  return rows.map(({ orderRef, data }) => ({ orderRef, intentKey: intentKey(data as unknown as OrderSpec) }));
}
