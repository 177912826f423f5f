import { type Kysely, sql } from 'kysely';

/**
 * What folios last did to a strategy's schedule in Temporal, so that a document's schedule is applied once and changes
 * made in Temporal stay; and which strategies run by a schedule of their own.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table strategy_schedules (
      strategy_id uuid primary key constraint strategy_schedules_strategy_id_fkey references strategies (id),
      document_sha256 text,
      namespace_id text not null,
      scheduled boolean not null,
      changed_at timestamptz not null default now()
    );
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table strategy_schedules;`.execute(db);
}
