import { type Kysely, sql } from 'kysely';

/** A strategy is a name with an activity; what it says is versioned, so that a run can name the version it used. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table strategies (
      id uuid primary key,
      slug text not null constraint strategies_slug_unique unique,
      active boolean not null,
      created_at timestamptz not null
    );

    create table strategy_versions (
      strategy_id uuid not null references strategies (id),
      version integer not null constraint strategy_versions_version_positive check (version > 0),
      document jsonb not null,
      content_sha256 text not null constraint strategy_versions_sha256_hex check (content_sha256 ~ '^[0-9a-f]{64}$'),
      created_at timestamptz not null,
      primary key (strategy_id, version)
    );
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table strategy_versions; drop table strategies;`.execute(db);
}
