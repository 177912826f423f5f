import { type Kysely, sql } from 'kysely';

/** Each account's own gateway, and how the session with its broker stands. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table portfolio_accounts
      -- Host, port and client id of the gateway that keeps the account; null for the service's own.
      add column gateway jsonb,
      add constraint portfolio_accounts_gateway_of_broker check (gateway is null or broker = 'ibkr');

    create table broker_session_states (
      account_id uuid primary key references portfolio_accounts (id),
      state text not null,
      -- Which process holds the session.
      holder text not null,
      -- What the session was made with: the account's own, or the service's.
      host text,
      port integer,
      client_id integer,
      since timestamptz not null,
      -- The holder says again and again that it is there; who has not said so lately is gone.
      renewed_at timestamptz not null
    );
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop table broker_session_states;
    alter table portfolio_accounts drop constraint portfolio_accounts_gateway_of_broker, drop column gateway;
  `.execute(db);
}
