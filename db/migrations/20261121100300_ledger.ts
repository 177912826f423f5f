import { type Kysely, sql } from 'kysely';

/**
 * The double-entry ledger. The database itself holds three promises, whoever writes: what is booked never changes, the
 * entries of a transaction sum to zero, and a committed transaction gets no further entries (their number is part of it).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger_transactions (
      id text primary key,
      account_id uuid not null references portfolio_accounts (id),
      market_date date not null,
      memo text not null,
      execution_id text references executions (exec_id),
      entry_count smallint not null constraint ledger_transactions_entry_count_positive check (entry_count > 0),
      booked_at timestamptz not null default now()
    );
    create index ledger_transactions_account on ledger_transactions (account_id);
    create index ledger_transactions_execution on ledger_transactions (execution_id) where execution_id is not null;

    create table ledger_entries (
      transaction_id text not null references ledger_transactions (id),
      position smallint not null constraint ledger_entries_position_sign check (position >= 0),
      ledger_account text not null constraint ledger_entries_account_known check (
        ledger_account ~ '^(cash|capital|realized-pnl|unrealized-pnl|commission|(position|revaluation):.+)$'
      ),
      amount_usd numeric not null constraint ledger_entries_amount_bounded check (amount_usd between -1e15 and 1e15),
      primary key (transaction_id, position)
    );

    create function ledger_refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'the ledger is immutable: % on % is refused', tg_op, tg_table_name
        using errcode = 'restrict_violation', constraint = 'ledger_immutable';
    end $$;

    create function ledger_check_balance() returns trigger language plpgsql as $$
    declare
      booked text := case tg_table_name when 'ledger_entries' then to_jsonb(new) ->> 'transaction_id' else to_jsonb(new) ->> 'id' end;
      total numeric;
      counted bigint;
      declared smallint;
    begin
      select coalesce(sum(amount_usd), 0), count(*) into total, counted from ledger_entries where transaction_id = booked;
      select entry_count into declared from ledger_transactions where id = booked;
      if total <> 0 or counted <> declared then
        raise exception 'ledger transaction % does not balance: % of % entries sum to %', booked, counted, declared, total
          using errcode = 'check_violation', constraint = 'ledger_balanced';
      end if;
      return null;
    end $$;

    create trigger ledger_transactions_immutable before update or delete on ledger_transactions
      for each row execute function ledger_refuse_change();
    create trigger ledger_entries_immutable before update or delete on ledger_entries
      for each row execute function ledger_refuse_change();
    create trigger ledger_transactions_no_truncate before truncate on ledger_transactions
      for each statement execute function ledger_refuse_change();
    create trigger ledger_entries_no_truncate before truncate on ledger_entries
      for each statement execute function ledger_refuse_change();

    create constraint trigger ledger_transactions_balanced after insert on ledger_transactions
      deferrable initially deferred for each row execute function ledger_check_balance();
    create constraint trigger ledger_entries_balanced after insert on ledger_entries
      deferrable initially deferred for each row execute function ledger_check_balance();
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop table ledger_entries;
    drop table ledger_transactions;
    drop function ledger_check_balance();
    drop function ledger_refuse_change();
  `.execute(db);
}
