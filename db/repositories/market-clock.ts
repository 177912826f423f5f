import type { Kysely } from 'kysely';
import type { MarketDate } from '../../src/domain/market/market-date.ts';
import type { MarketClockRepository } from '../../src/ports/repositories.ts';
import { withTranslatedErrors } from '../database-error.ts';
import type { DB } from '../schema.gen.ts';

/** Binds the market clock's port to a database. */
export function createMarketClockRepository(db: Kysely<DB>): MarketClockRepository {
  return withTranslatedErrors<MarketClockRepository>({
    get: async () => {
      const row = await db.selectFrom('market_clock').select('market_date').executeTakeFirst();
      return row?.market_date ?? null;
    },
    advance: (to) => advanceClock(db, to),
  });
}

/** One statement, so that of two who advance at once the later day wins whatever their order. */
async function advanceClock(db: Kysely<DB>, to: MarketDate): Promise<boolean> {
  const moved = await db
    .insertInto('market_clock')
    .values({ market_date: to })
    .onConflict((conflict) =>
      conflict
        .column('only_row')
        .doUpdateSet({ market_date: to })
        .where((eb) => eb('market_clock.market_date', '<=', eb.ref('excluded.market_date'))),
    )
    .returning('market_date')
    .executeTakeFirst();
  return moved !== undefined;
}
