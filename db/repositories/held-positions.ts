import { sql, type Transaction } from 'kysely';
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres';
import type { MarkedPosition } from '../../src/domain/accounting/execution-entries.ts';
import { costOf, positionOf, type TaxLot } from '../../src/domain/accounting/lots.ts';
import type { MarketDate } from '../../src/domain/market/market-date.ts';
import { dec } from '../../src/domain/money/decimal.ts';
import type { Instrument } from '../../src/domain/orders/instrument.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson } from '../storable.ts';
import type { KeptLot, PositionName } from './tax-lots.ts';

/** No position at all. */
export const NOTHING_HELD: MarkedPosition = { quantity: '0', costUsd: '0', price: '0', multiplier: '1' };

/** A position at its last mark, null for none, with its open lots, oldest first: in one look. */
export async function readHolding(
  trx: Transaction<DB>,
  { accountId, key }: PositionName,
): Promise<{ readonly held: MarkedPosition | null; readonly lots: readonly KeptLot[] }> {
  const asText = (column: string) => sql<string>`${sql.ref(column)}::text`;
  return await trx
    .selectNoFrom((eb) => [
      jsonObjectFrom(
        eb
          .selectFrom('positions')
          .select([asText('quantity').as('quantity'), asText('cost_usd').as('costUsd')])
          .select([asText('market_price').as('price'), asText('multiplier').as('multiplier')])
          .where('account_id', '=', accountId)
          .where('ticker', '=', key),
      ).as('held'),
      jsonArrayFrom(
        eb
          .selectFrom('tax_lots')
          .select(['exec_id as execId', asText('quantity').as('quantity'), asText('cost_usd').as('costUsd')])
          .select([asText('commission_usd').as('commissionUsd'), 'opened_on as openedOn'])
          .where('account_id', '=', accountId)
          .where('ticker', '=', key)
          .orderBy('opening'),
      ).as('lots'),
    ])
    .executeTakeFirstOrThrow();
}

/** Writes a position with its mark of `day`; one of no units is none. */
export async function writePosition(
  trx: Transaction<DB>,
  { accountId, key }: PositionName,
  position: MarkedPosition,
  { instrument, day }: { readonly instrument: Instrument | null; readonly day: MarketDate },
): Promise<void> {
  if (dec(position.quantity).isZero()) {
    await trx.deleteFrom('positions').where('account_id', '=', accountId).where('ticker', '=', key).execute();
    return;
  }
  const values = {
    quantity: position.quantity,
    cost_usd: position.costUsd,
    market_price: position.price,
    market_date: day,
    multiplier: position.multiplier,
    instrument: instrument === null ? null : storableJson(instrument),
  };
  await trx
    .insertInto('positions')
    .values({ account_id: accountId, ticker: key, ...values })
    .onConflict((conflict) => conflict.columns(['account_id', 'ticker']).doUpdateSet(values))
    .execute();
}

/**
 * The lots of a position. A research run keeps its positions at average cost without lots: what it holds counts as one
 * lot, the oldest, so that lots, position and ledger agree whoever booked last.
 */
export function agreeingLots(
  stored: readonly KeptLot[],
  held: Pick<MarkedPosition, 'quantity' | 'costUsd'> | null,
  key: string,
): readonly KeptLot[] {
  const { quantity, costUsd } = held ?? NOTHING_HELD;
  if (dec(positionOf(stored)).equals(quantity) && dec(costOf(stored)).equals(costUsd)) return stored;
  const carried: TaxLot = { execId: `carried/${key}`, quantity, costUsd, commissionUsd: '0' };
  return held === null ? [] : [{ ...carried, openedOn: null }];
}
