import { type Kysely, sql } from 'kysely';

/**
 * What the risk gate asks at every order must not grow with an account's past. The sums of the ledger's entries are kept
 * beside them, by the database itself, so that no writer can forget; an order keeps what it intends as one text.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger_balances (
      account_id uuid not null references portfolio_accounts (id),
      ledger_account text not null,
      balance_usd numeric not null,
      primary key (account_id, ledger_account)
    );

    insert into ledger_balances (account_id, ledger_account, balance_usd)
    select t.account_id, e.ledger_account, sum(e.amount_usd)
    from ledger_entries e join ledger_transactions t on t.id = e.transaction_id
    group by t.account_id, e.ledger_account;

    create function ledger_balances_add() returns trigger language plpgsql as $$
    begin
      insert into ledger_balances as kept (account_id, ledger_account, balance_usd)
      select t.account_id, e.ledger_account, sum(e.amount_usd)
      from added e join ledger_transactions t on t.id = e.transaction_id
      group by t.account_id, e.ledger_account
      order by t.account_id, e.ledger_account
      on conflict (account_id, ledger_account) do update set balance_usd = kept.balance_usd + excluded.balance_usd;
      return null;
    end $$;

    create trigger ledger_entries_kept after insert on ledger_entries
      referencing new table as added for each statement execute function ledger_balances_add();

    alter table orders add column intent_key text;
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table orders drop column intent_key;
    drop trigger ledger_entries_kept on ledger_entries;
    drop function ledger_balances_add();
    drop table ledger_balances;
  `.execute(db);
}
