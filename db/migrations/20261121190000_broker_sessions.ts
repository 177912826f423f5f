import { type Kysely, sql } from 'kysely';

/** What a broker session must remember where a crash does not reach it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- The highest order id that a session has used: a gateway may hand out ids again after its restart.
    create table broker_order_id_floors (
      account_id uuid primary key references portfolio_accounts (id),
      highest_id bigint not null constraint broker_order_id_floors_sign check (highest_id >= 0)
    );

    create table broker_order_ids (
      account_id uuid not null references portfolio_accounts (id),
      order_ref text not null,
      order_id bigint not null constraint broker_order_ids_positive check (order_id > 0),
      primary key (account_id, order_ref)
    );

    -- The paper broker's own books, with which our journal must agree.
    create table paper_broker_steps (
      broker_account text not null,
      number bigint not null constraint paper_broker_steps_number_sign check (number >= 0),
      step text not null,
      taken_at timestamptz not null default now(),
      primary key (broker_account, number)
    );
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop table paper_broker_steps;
    drop table broker_order_ids;
    drop table broker_order_id_floors;
  `.execute(db);
}
