import type { Transaction } from 'kysely';
import {
  commissionEntries,
  executionEntries,
  type MarkedPosition,
  revaluationEntries,
  revaluationOf,
} from '../../src/domain/accounting/execution-entries.ts';
import {
  bookCommission,
  bookExecution,
  costOf,
  type LotExecution,
  positionOf,
  type TaxLot,
} from '../../src/domain/accounting/lots.ts';
import { newYorkTime } from '../../src/domain/market/calendar.ts';
import type { DecimalString } from '../../src/domain/money/decimal.ts';
import { dec } from '../../src/domain/money/decimal.ts';
import { type Instrument, instrumentKey } from '../../src/domain/orders/instrument.ts';
import type { LedgerEntry } from '../../src/domain/portfolio/ledger.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson } from '../storable.ts';
import { bookTransactions } from './ledger.ts';

/** One execution of an instrument that is about to be booked, without its commission. */
export interface BookedFill {
  readonly accountId: string;
  readonly instrument: Instrument;
  readonly execution: LotExecution;
  readonly at: Date;
}

const NOTHING: MarkedPosition = { quantity: '0', costUsd: '0', price: '0', multiplier: '1' };

/**
 * Books an execution by first in, first out: lots, position and ledger, the position marked at the execution's price.
 * The account must be locked, and the execution's row must be there and new.
 */
export async function bookFill(trx: Transaction<DB>, fill: BookedFill): Promise<void> {
  const { accountId, instrument, execution } = fill;
  const key = instrumentKey(instrument);
  const held = await readPosition(trx, accountId, key);
  const stored = await lotsOf(trx, accountId, key).execute();
  const before = agreeing(stored, held, key);
  const after = bookExecution(before, execution);
  const { price, multiplier } = execution;
  const position = { quantity: positionOf(after.lots), costUsd: costOf(after.lots), price, multiplier };
  const what = `${execution.side} ${execution.quantity} ${key} at ${price}`;
  await writeLots(trx, accountId, key, stored, after.lots);
  await writePosition(trx, fill, position);
  await book(trx, fill, 'execution', what, executionEntries(key, execution, before, after));
  const mark = revaluationEntries(key, position, revaluationOf(held ?? NOTHING));
  await book(trx, fill, 'revaluation', `mark ${key} at ${price}`, mark);
}

/** Books what an execution cost, which is told after it: ledger, execution and the lot that it opened. */
export async function bookFillCommission(trx: Transaction<DB>, fill: BookedFill): Promise<void> {
  const { accountId, instrument, execution } = fill;
  const { execId, commissionUsd } = execution;
  const key = instrumentKey(instrument);
  await trx.updateTable('executions').set({ commission_usd: commissionUsd }).where('exec_id', '=', execId).execute();
  const opened = await lotsOf(trx, accountId, key).where('exec_id', '=', execId).execute();
  await writeLots(trx, accountId, key, opened, bookCommission(opened, execution));
  await book(trx, fill, 'commission', `commission of ${execId}`, commissionEntries(commissionUsd));
}

async function book(
  trx: Transaction<DB>,
  { accountId, execution, at }: BookedFill,
  kind: 'execution' | 'revaluation' | 'commission',
  memo: string,
  entries: readonly LedgerEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const { execId } = execution;
  const marketDate = newYorkTime(at.getTime()).day;
  const transactionId = `${kind}/${accountId}/${execId}`;
  await bookTransactions(trx, accountId, [
    { transactionId, accountId, marketDate, memo, entries, executionId: execId },
  ]);
}

/**
 * The lots of a position. A research run keeps its positions at average cost without lots: what it holds counts as one
 * lot, the oldest, so that lots, position and ledger agree whoever booked last.
 */
function agreeing(stored: readonly TaxLot[], held: MarkedPosition | null, key: string): readonly TaxLot[] {
  const { quantity, costUsd } = held ?? NOTHING;
  if (dec(positionOf(stored)).equals(quantity) && dec(costOf(stored)).equals(costUsd)) return stored;
  return held === null ? [] : [{ execId: `carried/${key}`, quantity, costUsd, commissionUsd: '0' }];
}

async function readPosition(trx: Transaction<DB>, accountId: string, key: string): Promise<MarkedPosition | null> {
  const row = await trx
    .selectFrom('positions')
    .select(['quantity', 'cost_usd as costUsd', 'market_price as price', 'multiplier'])
    .where('account_id', '=', accountId)
    .where('ticker', '=', key)
    .executeTakeFirst();
  return row ?? null;
}

async function writePosition(trx: Transaction<DB>, fill: BookedFill, position: MarkedPosition): Promise<void> {
  const { accountId, instrument, at } = fill;
  const key = instrumentKey(instrument);
  if (dec(position.quantity).isZero()) {
    await trx.deleteFrom('positions').where('account_id', '=', accountId).where('ticker', '=', key).execute();
    return;
  }
  const values = {
    quantity: position.quantity,
    cost_usd: position.costUsd,
    market_price: position.price,
    market_date: newYorkTime(at.getTime()).day,
    multiplier: position.multiplier,
    instrument: storableJson(instrument),
  };
  await trx
    .insertInto('positions')
    .values({ account_id: accountId, ticker: key, ...values })
    .onConflict((conflict) => conflict.columns(['account_id', 'ticker']).doUpdateSet(values))
    .execute();
}

/** Oldest first. */
function lotsOf(trx: Transaction<DB>, accountId: string, key: string) {
  return trx
    .selectFrom('tax_lots')
    .select(['exec_id as execId', 'quantity', 'cost_usd as costUsd', 'commission_usd as commissionUsd'])
    .where('account_id', '=', accountId)
    .where('ticker', '=', key)
    .orderBy('opening');
}

/** Writes what differs: a lot that stays keeps its place in the order of opening. */
async function writeLots(
  trx: Transaction<DB>,
  accountId: string,
  key: string,
  before: readonly TaxLot[],
  after: readonly TaxLot[],
): Promise<void> {
  const known = new Map(before.map((lot) => [lot.execId, lot]));
  const left = new Set(after.map(({ execId }) => execId));
  const gone = before.map(({ execId }) => execId).filter((execId) => !left.has(execId));
  if (gone.length > 0) {
    await trx
      .deleteFrom('tax_lots')
      .where('account_id', '=', accountId)
      .where('ticker', '=', key)
      .where('exec_id', 'in', gone)
      .execute();
  }
  for (const lot of after) {
    const values = { quantity: lot.quantity, cost_usd: lot.costUsd, commission_usd: lot.commissionUsd };
    const was = known.get(lot.execId);
    if (was === undefined) {
      const place = { account_id: accountId, ticker: key, exec_id: lot.execId };
      await trx
        .insertInto('tax_lots')
        .values({ ...place, ...values })
        .execute();
    } else if (!isSame(was, lot)) {
      await trx
        .updateTable('tax_lots')
        .set(values)
        .where('account_id', '=', accountId)
        .where('ticker', '=', key)
        .where('exec_id', '=', lot.execId)
        .execute();
    }
  }
}

function isSame(one: TaxLot, other: TaxLot): boolean {
  const equal = (a: DecimalString, b: DecimalString) => dec(a).equals(b);
  return (
    equal(one.quantity, other.quantity) &&
    equal(one.costUsd, other.costUsd) &&
    equal(one.commissionUsd, other.commissionUsd)
  );
}
