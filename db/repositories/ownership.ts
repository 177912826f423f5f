import type { Kysely } from 'kysely';
import type { Ownership } from '../../src/ports/ownership.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';

/** Binds what belongs to whom to a database. */
export function createOwnership(db: Kysely<DB>): Ownership {
  return withTranslatedErrors<Ownership>({
    async strategyIdsOf(userId) {
      if (!isUuid(userId)) return new Set();
      const rows = await db.selectFrom('strategies').select('id').where('owner_id', '=', userId).execute();
      return new Set(rows.map(({ id }) => id));
    },
    async accountIdsOf(userId) {
      if (!isUuid(userId)) return new Set();
      const own = db
        .selectFrom('portfolio_accounts')
        .select('id')
        .where('owner_id', '=', userId)
        .where('strategy_id', 'is', null);
      const ofStrategies = db
        .selectFrom('portfolio_accounts as account')
        .innerJoin('strategies', 'strategies.id', 'account.strategy_id')
        .select('account.id')
        .where('strategies.owner_id', '=', userId);
      const rows = await own.unionAll(ofStrategies).execute();
      return new Set(rows.map(({ id }) => id));
    },
    claimStrategy: (strategyId, userId) => claim(db, 'strategies', strategyId, userId),
    claimAccount: (accountId, userId) => claim(db, 'portfolio_accounts', accountId, userId),
  });
}

/** One statement: of two users who claim at the same moment one is told no. */
async function claim(
  db: Kysely<DB>,
  table: 'strategies' | 'portfolio_accounts',
  id: string,
  userId: string,
): Promise<boolean> {
  if (!isUuid(id) || !isUuid(userId)) return false;
  const claimed = await db
    .updateTable(table)
    .set({ owner_id: userId })
    .where('id', '=', id)
    .where((where) => where.or([where('owner_id', 'is', null), where('owner_id', '=', userId)]))
    .executeTakeFirst();
  return claimed.numUpdatedRows > 0n;
}
