import { type Kysely, sql } from 'kysely';

/** Interactive Brokers is a source of prices now. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table portfolio_accounts
      drop constraint portfolio_accounts_price_source_known,
      add constraint portfolio_accounts_price_source_known
        check (price_source in ('replay', 'yahoo', 'fixed', 'as_traded', 'ibkr'));
  `.execute(db);
}

/** Refuses where accounts have prices of Interactive Brokers, which the schema before cannot hold. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table portfolio_accounts
      drop constraint portfolio_accounts_price_source_known,
      add constraint portfolio_accounts_price_source_known
        check (price_source in ('replay', 'yahoo', 'fixed', 'as_traded'));
  `.execute(db);
}
