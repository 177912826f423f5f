import { type Kysely, sql } from 'kysely';

/** The one replayed market day. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table market_clock (
      only_row boolean primary key default true constraint market_clock_single_row check (only_row),
      market_date date not null
    );
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table market_clock;`.execute(db);
}
