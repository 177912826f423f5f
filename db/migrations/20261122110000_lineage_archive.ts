import { type Kysely, sql } from 'kysely';

/** Which closed histories are in the artifact store, and under which sha256; Temporal forgets them when retention ends. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table lineage_archive (
      run_id uuid primary key,
      workflow_id text not null,
      workflow_type text not null,
      state text not null,
      started_at timestamptz not null,
      closed_at timestamptz not null,
      event_count integer not null constraint lineage_archive_event_count_sign check (event_count > 0),
      strategy_id uuid,
      account_id uuid,
      uri text not null,
      sha256 text not null constraint lineage_archive_sha256_hex check (sha256 ~ '^[0-9a-f]{64}$'),
      bytes bigint not null constraint lineage_archive_bytes_sign check (bytes > 0),
      media_type text not null,
      archived_at timestamptz not null
    );
    create index lineage_archive_workflow on lineage_archive (workflow_id, started_at desc);
    create index lineage_archive_strategy on lineage_archive (strategy_id, started_at desc) where strategy_id is not null;
    create index lineage_archive_account on lineage_archive (account_id, started_at desc) where account_id is not null;
    create index lineage_archive_started on lineage_archive (started_at desc);
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table lineage_archive;`.execute(db);
}
