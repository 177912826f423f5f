import { type Kysely, sql } from 'kysely';

/** The kill switch: every turn of it is a row that stays; the newest of an account, and of all (null), is in force. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table trading_mode_changes (
      id bigint primary key generated always as identity,
      account_id uuid constraint trading_mode_changes_account_id_fkey references portfolio_accounts (id),
      mode text not null constraint trading_mode_changes_mode_known check (mode in ('normal', 'reduce_only', 'paused')),
      reason text not null,
      changed_by text not null,
      changed_at timestamptz not null
    );
    create index trading_mode_changes_account on trading_mode_changes (account_id, id desc);
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table trading_mode_changes;`.execute(db);
}
