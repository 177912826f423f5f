import type { Transaction } from 'kysely';
import type { ClosedPart, TaxLot } from '../../src/domain/accounting/lots.ts';
import type { MarketDate } from '../../src/domain/market/market-date.ts';
import { type DecimalString, dec } from '../../src/domain/money/decimal.ts';
import type { DB } from '../schema.gen.ts';

/** A lot as it is kept: with the market day of its opening, null where nobody knows it. */
export interface KeptLot extends TaxLot {
  readonly openedOn: MarketDate | null;
}

/** What a position is called: its account, and its instrument's key. */
export interface PositionName {
  readonly accountId: string;
  readonly key: string;
}

/** What is left open of the lot that an execution opened. */
export async function readLotOf(
  trx: Transaction<DB>,
  { accountId, key }: PositionName,
  execId: string,
): Promise<readonly KeptLot[]> {
  return await trx
    .selectFrom('tax_lots')
    .select(['exec_id as execId', 'quantity', 'cost_usd as costUsd', 'commission_usd as commissionUsd'])
    .select('opened_on as openedOn')
    .where('account_id', '=', accountId)
    .where('ticker', '=', key)
    .where('exec_id', '=', execId)
    .execute();
}

/** Writes what differs: a lot that stays keeps its place in the order of opening; a new one was opened on `day`. */
export async function writeLots(
  trx: Transaction<DB>,
  { accountId, key }: PositionName,
  before: readonly KeptLot[],
  after: readonly TaxLot[],
  day: MarketDate | null,
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
      const place = { account_id: accountId, ticker: key, exec_id: lot.execId, opened_on: day };
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

/** Keeps what was closed on `closedOn` of the lots that there were `before`. */
export async function keepClosedParts(
  trx: Transaction<DB>,
  { accountId, key }: PositionName,
  before: readonly Pick<KeptLot, 'execId' | 'openedOn'>[],
  closed: readonly ClosedPart[],
  closedOn: MarketDate,
): Promise<void> {
  if (closed.length === 0) return;
  const openedOn = new Map(before.map((lot) => [lot.execId, lot.openedOn]));
  await trx
    .insertInto('closed_lots')
    .values(
      closed.map((part) => ({
        account_id: accountId,
        ticker: key,
        closed_by: part.closedBy,
        opened_by: part.openedBy,
        opened_on: openedOn.get(part.openedBy) ?? null,
        closed_on: closedOn,
        quantity: part.quantity,
        cost_usd: part.costUsd,
        proceeds_usd: part.proceedsUsd,
        commission_usd: part.commissionUsd,
      })),
    )
    .execute();
}

type ChargedPart = Pick<ClosedPart, 'closedBy' | 'openedBy' | 'quantity' | 'commissionUsd'>;

/** What an execution closed, and what was closed of the lot that it opened, oldest first. */
export async function readClosedOf(
  trx: Transaction<DB>,
  { accountId, key }: PositionName,
  execId: string,
): Promise<readonly ChargedPart[]> {
  return await trx
    .selectFrom('closed_lots')
    .select(['closed_by as closedBy', 'opened_by as openedBy', 'quantity', 'commission_usd as commissionUsd'])
    .where('account_id', '=', accountId)
    .where('ticker', '=', key)
    .where((eb) => eb.or([eb('closed_by', '=', execId), eb('opened_by', '=', execId)]))
    .orderBy('closing')
    .execute();
}

/** Writes what the closed parts cost in commissions. */
export async function chargeClosed(
  trx: Transaction<DB>,
  { accountId, key }: PositionName,
  parts: readonly ChargedPart[],
): Promise<void> {
  for (const { closedBy, openedBy, commissionUsd } of parts) {
    await trx
      .updateTable('closed_lots')
      .set({ commission_usd: commissionUsd })
      .where('account_id', '=', accountId)
      .where('ticker', '=', key)
      .where('closed_by', '=', closedBy)
      .where('opened_by', '=', openedBy)
      .execute();
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
