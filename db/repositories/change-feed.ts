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
      const { rows } = await sql<{ forgotten: string | null; newest: string }>`
        select (select xid::text from change_events_forgotten) as forgotten,
          pg_snapshot_xmax(pg_current_snapshot())::text as newest`.execute(db);
      const [{ forgotten, newest } = { forgotten: null, newest: '0' }] = rows;
      const isWhole = forgotten === null || from.xid > BigInt(forgotten);
      return isWhole && from.xid <= BigInt(newest);
    },
    async forgetBefore(time) {
      const { rows } = await sql<{ count: string }>`
        with gone as (delete from change_events where at < ${time} returning xid), youngest as (
          insert into change_events_forgotten (xid) select max(xid) from gone having count(*) > 0
          on conflict (only_row) do update set xid = greatest(change_events_forgotten.xid, excluded.xid)
        )
        select count(*) as count from gone`.execute(db);
      return Number(rows[0]?.count ?? 0);
    },
  });
}
