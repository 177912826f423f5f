import type { Transaction } from 'kysely';
import { ledgerEntries } from '../../src/domain/accounting/execution-entries.ts';
import { newYorkTime } from '../../src/domain/market/calendar.ts';
import { dec, sum } from '../../src/domain/money/decimal.ts';
import { instrumentKey } from '../../src/domain/orders/instrument.ts';
import { positionAccount } from '../../src/domain/portfolio/ledger.ts';
import type { OpeningBooks } from '../../src/ports/order-journal.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson } from '../storable.ts';
import { lockAccount } from './accounts.ts';
import { bookTransactions } from './ledger.ts';

/** Where the opening is told in the ledger, and when it was. */
const openingId = (accountId: string) => `opening/${accountId}`;

/**
 * Takes what an account at a real broker has when folios first sees it as its beginning: cash and positions at cost,
 * against capital. False, and nothing is written, where the account has books already.
 */
export async function openBooks(trx: Transaction<DB>, accountId: string, opening: OpeningBooks): Promise<boolean> {
  await lockAccount(trx, accountId);
  const booked = await trx
    .selectFrom('ledger_transactions')
    .select('id')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (booked !== undefined) return false;
  const marketDate = newYorkTime(opening.at.getTime()).day;
  const positions = opening.positions.map((position) => lotOf(position));
  const cash = dec(opening.cashUsd);
  const total = cash.plus(sum(positions.map(({ costUsd }) => dec(costUsd))));
  const entries = ledgerEntries([
    ['cash', cash],
    ...positions.map(({ key, costUsd }) => [positionAccount(key), dec(costUsd)] as const),
    ['capital', total.negated()],
  ]);
  const memo = 'what the broker held when folios first saw the account';
  if (entries.length === 0) return false;
  await bookTransactions(trx, accountId, [
    { transactionId: openingId(accountId), accountId, marketDate, memo, entries },
  ]);
  for (const { key, instrument, quantity, costUsd, price, multiplier } of positions) {
    await trx
      .insertInto('tax_lots')
      .values({
        account_id: accountId,
        ticker: key,
        exec_id: `${openingId(accountId)}/${key}`,
        quantity,
        cost_usd: costUsd,
        commission_usd: '0',
        opened_on: marketDate,
      })
      .execute();
    await trx
      .insertInto('positions')
      .values({
        account_id: accountId,
        ticker: key,
        instrument: storableJson(instrument),
        quantity,
        cost_usd: costUsd,
        market_price: price,
        market_date: marketDate,
        multiplier,
      })
      .execute();
  }
  const initial = { initial_balance_usd: total.gt(0) ? total.toFixed() : '0' };
  await trx.updateTable('portfolio_accounts').set(initial).where('id', '=', accountId).execute();
  return true;
}

function lotOf({ instrument, quantity, averageCost }: OpeningBooks['positions'][number]) {
  const multiplier = instrument.kind === 'option' ? instrument.multiplier : '1';
  const costUsd = dec(quantity).times(averageCost).times(multiplier).toFixed();
  return { key: instrumentKey(instrument), instrument, quantity, costUsd, price: averageCost, multiplier };
}

/** When the account's books were opened with what its broker held; null where they began otherwise. */
export async function openedAt(trx: Transaction<DB>, accountId: string): Promise<Date | null> {
  const row = await trx
    .selectFrom('ledger_transactions')
    .select('booked_at')
    .where('id', '=', openingId(accountId))
    .executeTakeFirst();
  return row?.booked_at ?? null;
}
