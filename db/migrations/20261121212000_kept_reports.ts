import { type Kysely, sql } from 'kysely';

/** A report that could not be booked waits for a person; that somebody has looked at it is a row that stays. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table kept_report_acknowledgements (
      event_id bigint primary key references order_events (id),
      reason text not null,
      acknowledged_by text not null,
      acknowledged_at timestamptz not null
    );
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table kept_report_acknowledgements;`.execute(db);
}
