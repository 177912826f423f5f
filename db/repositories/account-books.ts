import type { Transaction } from 'kysely';
import {
  commissionEntries,
  executionEntries,
  revaluationEntries,
  revaluationOf,
} from '../../src/domain/accounting/execution-entries.ts';
import { spreadCommission } from '../../src/domain/accounting/late-commission.ts';
import { bookExecution, costOf, type LotExecution, positionOf } from '../../src/domain/accounting/lots.ts';
import { newYorkTime } from '../../src/domain/market/calendar.ts';
import { dec } from '../../src/domain/money/decimal.ts';
import { type Instrument, instrumentKey } from '../../src/domain/orders/instrument.ts';
import type { LedgerEntry } from '../../src/domain/portfolio/ledger.ts';
import type { DB } from '../schema.gen.ts';
import { agreeingLots, NOTHING_HELD, readHolding, writePosition } from './held-positions.ts';
import { bookTransactions } from './ledger.ts';
import { chargeClosed, keepClosedParts, readClosedOf, readLotOf, writeLots } from './tax-lots.ts';

/** One execution of an instrument that is about to be booked; its commission is 0 where that is told later. */
export interface BookedFill {
  readonly accountId: string;
  readonly instrument: Instrument;
  readonly execution: LotExecution;
  readonly at: Date;
}

/**
 * Books an execution by first in, first out: lots, position and ledger, the position marked at the execution's price.
 * The account must be locked, and the execution's row must be there and new.
 */
export async function bookFill(trx: Transaction<DB>, fill: BookedFill): Promise<void> {
  const { accountId, instrument, execution, at } = fill;
  const key = instrumentKey(instrument);
  const name = { accountId, key };
  const day = newYorkTime(at.getTime()).day;
  const { held, lots: stored } = await readHolding(trx, name);
  const before = agreeingLots(stored, held, key);
  const after = bookExecution(before, execution);
  const { price, multiplier } = execution;
  const position = { quantity: positionOf(after.lots), costUsd: costOf(after.lots), price, multiplier };
  const what = `${execution.side} ${execution.quantity} ${key} at ${price}`;
  await writeLots(trx, name, stored, after.lots, day);
  await keepClosedParts(trx, name, before, after.closed, day);
  await writePosition(trx, name, position, { instrument, day });
  const mark = revaluationEntries(key, position, revaluationOf(held ?? NOTHING_HELD));
  await book(trx, fill, [
    { kind: 'execution', memo: what, entries: executionEntries(key, execution, before, after) },
    { kind: 'revaluation', memo: `mark ${key} at ${price}`, entries: mark },
  ]);
}

/** Books what an execution cost, which is told after it: ledger, execution, the lot that it opened and what is closed. */
export async function bookFillCommission(trx: Transaction<DB>, fill: BookedFill): Promise<void> {
  const { accountId, instrument, execution } = fill;
  const { execId, commissionUsd } = execution;
  const name = { accountId, key: instrumentKey(instrument) };
  await trx.updateTable('executions').set({ commission_usd: commissionUsd }).where('exec_id', '=', execId).execute();
  const opened = await readLotOf(trx, name, execId);
  // Where the whole execution is still an open lot, nothing was closed by it or of it.
  const isWhole = dec(positionOf(opened)).abs().equals(execution.quantity);
  const { lots, closed } = spreadCommission(opened, isWhole ? [] : await readClosedOf(trx, name, execId), execution);
  await writeLots(trx, name, opened, lots, null);
  await chargeClosed(trx, name, closed);
  const entries = commissionEntries(commissionUsd);
  await book(trx, fill, [{ kind: 'commission', memo: `commission of ${execId}`, entries }]);
}

interface Booking {
  readonly kind: 'execution' | 'revaluation' | 'commission';
  readonly memo: string;
  readonly entries: readonly LedgerEntry[];
}

async function book(
  trx: Transaction<DB>,
  { accountId, execution, at }: BookedFill,
  bookings: readonly Booking[],
): Promise<void> {
  const { execId } = execution;
  const marketDate = newYorkTime(at.getTime()).day;
  const moving = bookings.filter(({ entries }) => entries.length > 0);
  await bookTransactions(
    trx,
    accountId,
    moving.map(({ kind, memo, entries }) => {
      const transactionId = `${kind}/${accountId}/${execId}`;
      return { transactionId, accountId, marketDate, memo, entries, executionId: execId };
    }),
  );
}
