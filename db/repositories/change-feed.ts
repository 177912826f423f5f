import { type Kysely, sql } from 'kysely';
import { type Change, type ChangeFeed, type ChangeKind, parsePlace } from '../../src/ports/change-feed.ts';
import { withTranslatedErrors } from '../database-error.ts';
import type { DB } from '../schema.gen.ts';

interface Row {
  xid: string;
  id: string;
  kind: ChangeKind;
  accountId: string | null;
  strategyId: string | null;
  ownerId: string | null;
  data: Readonly<Record<string, unknown>>;
  at: Date;
}

/**
 * The feed over the table that triggers write. A change is told once every older transaction has ended: numbers are given
 * out before the commit, so the highest number that can be read is not yet a place behind which nothing is missing.
 */
export function createChangeFeed(db: Kysely<DB>): ChangeFeed {
  return withTranslatedErrors<ChangeFeed>({
    async head() {
      const { rows } = await sql<{ xmin: string }>`
        select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`.execute(db);
      return `${rows[0]?.xmin ?? '0'}-0`;
    },
    async after(place, limit) {
      const from = parsePlace(place);
      if (from === null) return [];
      const { rows } = await sql<Row>`
        select c.xid::text as xid, c.id::text as id, c.kind, c.account_id as "accountId",
          c.strategy_id as "strategyId", case when s.id is null then a.owner_id else s.owner_id end as "ownerId",
          c.data, c.at
        from change_events c
        left join portfolio_accounts a on a.id = c.account_id
        left join strategies s on s.id = coalesce(c.strategy_id, a.strategy_id)
        where (c.xid, c.id) > (${String(from.xid)}::text::xid8, ${String(from.id)}::bigint)
          and c.xid < pg_snapshot_xmin(pg_current_snapshot())
        order by c.xid, c.id limit ${limit}`.execute(db);
      return rows.map(({ xid, id, ...change }): Change => ({ ...change, id: `${xid}-${id}` }));
    },
    async reaches(place) {
      const from = parsePlace(place);
      if (from === null) return false;
      const { rows } = await sql<{ xid: string; id: string; newest: string }>`
        select xid::text as xid, id::text as id, pg_snapshot_xmax(pg_current_snapshot())::text as newest
        from change_events order by xid, id limit 1`.execute(db);
      const [oldest] = rows;
      if (oldest === undefined) return true;
      // The first change of all has the number 1: where that is still there, nothing was ever forgotten.
      const isWhole = oldest.id === '1' || from.xid >= BigInt(oldest.xid);
      return isWhole && from.xid <= BigInt(oldest.newest);
    },
    async forgetBefore(time) {
      const { numAffectedRows } = await sql`delete from change_events where at < ${time}`.execute(db);
      return Number(numAffectedRows ?? 0);
    },
  });
}
