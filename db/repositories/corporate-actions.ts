import { type Kysely, sql, type Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import {
  applySplit,
  type CorporateAction,
  cashDividend,
  type DueAction,
  describeAction,
} from '../../src/domain/accounting/corporate-actions.ts';
import {
  type MarkedPosition,
  revaluationEntries,
  revaluationOf,
} from '../../src/domain/accounting/execution-entries.ts';
import { costOf, positionOf } from '../../src/domain/accounting/lots.ts';
import type { MarketDate } from '../../src/domain/market/market-date.ts';
import { dec } from '../../src/domain/money/decimal.ts';
import type { LedgerEntry } from '../../src/domain/portfolio/ledger.ts';
import type { AppliedAction, CorporateActionBooks } from '../../src/ports/corporate-actions.ts';
import { withTranslatedErrors } from '../database-error.ts';
import type { DB } from '../schema.gen.ts';
import { lockAccount } from './accounts.ts';
import { agreeingLots, readHolding, writePosition } from './held-positions.ts';
import { bookTransactions } from './ledger.ts';
import { type KeptLot, keepClosedParts, writeLots } from './tax-lots.ts';

/** Binds the books of corporate actions to a database. */
export function createCorporateActionBooks(db: Kysely<DB>): CorporateActionBooks {
  return withTranslatedErrors<CorporateActionBooks>({
    appliedTo: (accountId) => readAppliedTo(db, accountId),
    heldSymbols: (accountId) => readHeldSymbols(db, accountId),
    apply: (accountId, due) => db.transaction().execute((trx) => applyDue(trx, accountId, due)),
  });
}

async function readAppliedTo(db: Kysely<DB>, accountId: string): Promise<MarketDate> {
  const row = await db
    .selectFrom('portfolio_accounts')
    .select((eb) => eb.fn.coalesce('actions_applied_to', 'opened_on').as('day'))
    .where('id', '=', accountId)
    .executeTakeFirst();
  if (row) return row.day;
  throw new FoliosError('TICKET_CONFLICT', `no portfolio account has the id ${accountId}`, { accountId });
}

/** A research run's positions have no instrument: they are shares. */
async function readHeldSymbols(db: Kysely<DB>, accountId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('positions')
    .select('ticker')
    .where('account_id', '=', accountId)
    .where(sql<boolean>`coalesce(instrument ->> 'kind', 'stock') = 'stock'`)
    .orderBy('ticker')
    .execute();
  return rows.map(({ ticker }) => ticker);
}

/** Days are compared under the lock: of two callers the second finds the day moved on, and has nothing to do. */
async function applyDue(
  trx: Transaction<DB>,
  accountId: string,
  { symbols, actions, through, at }: Parameters<CorporateActionBooks['apply']>[1],
): Promise<readonly AppliedAction[] | null> {
  await lockAccount(trx, accountId);
  const after = await readAppliedTo(trx, accountId);
  if (through <= after) return [];
  const held = await readHeldSymbols(trx, accountId);
  if (!held.every((symbol) => symbols.includes(symbol))) return null;
  const due = actions
    .filter(({ symbol, action }) => held.includes(symbol) && action.exDate > after && action.exDate <= through)
    .toSorted((one, other) => (one.action.exDate < other.action.exDate ? -1 : 1));
  const applied: AppliedAction[] = [];
  for (const one of due) {
    const booked = await applyOne(trx, accountId, one, at);
    if (booked) applied.push(booked);
  }
  await trx
    .updateTable('portfolio_accounts')
    .set({ actions_applied_to: through })
    .where('id', '=', accountId)
    .execute();
  return applied;
}

/** Null where an earlier action has left nothing of the position. */
async function applyOne(
  trx: Transaction<DB>,
  accountId: string,
  due: DueAction,
  at: Date,
): Promise<AppliedAction | null> {
  const { symbol, action } = due;
  const { held, lots } = await readHolding(trx, { accountId, key: symbol });
  if (held === null) return null;
  const { cashUsd, entries } =
    action.kind === 'split'
      ? await bookSplit(trx, { accountId, due, ratio: action.ratio, held, lots })
      : dividendOf({ symbol, perShareUsd: action.perShareUsd, held, lots });
  const transactionId = `${action.kind}/${accountId}/${symbol}/${action.exDate}`;
  if (entries.length > 0) {
    const memo = `${symbol}: ${describeAction(action)}`;
    const transaction = { transactionId, accountId, marketDate: action.exDate, memo, entries };
    await bookTransactions(trx, accountId, [transaction]);
  }
  await keepApplied(trx, { accountId, symbol, action, quantity: held.quantity, cashUsd }, at, {
    transactionId: entries.length > 0 ? transactionId : null,
  });
  return { accountId, symbol, action, quantity: held.quantity, cashUsd };
}

interface Booking {
  readonly cashUsd: string;
  readonly entries: readonly LedgerEntry[];
}

/** Scales lots and position, and marks what is left at the close of the ex-date. A portfolio at average cost has no lots to write. */
async function bookSplit(
  trx: Transaction<DB>,
  split: {
    readonly accountId: string;
    readonly due: DueAction;
    readonly ratio: Extract<CorporateAction, { kind: 'split' }>['ratio'];
    readonly held: MarkedPosition;
    readonly lots: readonly KeptLot[];
  },
): Promise<Booking> {
  const { accountId, due, ratio, held, lots: stored } = split;
  const { symbol, action, priceUsd } = due;
  const name = { accountId, key: symbol };
  const before = agreeingLots(stored, held, symbol);
  const key = `split/${symbol}/${action.exDate}`;
  const result = applySplit({ key, symbol, lots: before, ratio, cashInLieuPrice: priceUsd });
  if (stored.length > 0) {
    await writeLots(trx, name, stored, result.lots, null);
    await keepClosedParts(trx, name, before, result.closed, action.exDate);
  }
  const { multiplier } = held;
  const position = { quantity: positionOf(result.lots), costUsd: costOf(result.lots), price: priceUsd, multiplier };
  await writePosition(trx, name, position, { instrument: await instrumentOf(trx, name), day: action.exDate });
  const mark = revaluationEntries(symbol, position, revaluationOf(held));
  return { cashUsd: result.cashInLieuUsd, entries: [...result.entries, ...mark] };
}

function dividendOf(dividend: {
  readonly symbol: string;
  readonly perShareUsd: string;
  readonly held: MarkedPosition;
  readonly lots: readonly KeptLot[];
}): Booking {
  const { symbol, perShareUsd, held, lots } = dividend;
  const { amountUsd, entries } = cashDividend(agreeingLots(lots, held, symbol), perShareUsd);
  return { cashUsd: amountUsd, entries };
}

async function instrumentOf(trx: Transaction<DB>, { accountId, key }: { accountId: string; key: string }) {
  const row = await trx
    .selectFrom('positions')
    .select('instrument')
    .where('account_id', '=', accountId)
    .where('ticker', '=', key)
    .executeTakeFirst();
  return row?.instrument ?? null;
}

async function keepApplied(
  trx: Transaction<DB>,
  { accountId, symbol, action, quantity, cashUsd }: AppliedAction,
  at: Date,
  { transactionId }: { readonly transactionId: string | null },
): Promise<void> {
  const isSplit = action.kind === 'split';
  await trx
    .insertInto('corporate_actions_applied')
    .values({
      account_id: accountId,
      symbol,
      ex_date: action.exDate,
      kind: action.kind,
      quantity: dec(quantity).toFixed(),
      ratio_to: isSplit ? action.ratio.to : null,
      ratio_from: isSplit ? action.ratio.from : null,
      per_share_usd: isSplit ? null : action.perShareUsd,
      cash_usd: cashUsd,
      transaction_id: transactionId,
      applied_at: at,
    })
    .execute();
}
