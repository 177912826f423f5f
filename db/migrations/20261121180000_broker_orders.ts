import { type Kysely, sql } from 'kysely';

/**
 * Accounts at brokers, tickets that anybody writes, the whole life of their orders, and the journal of events. What
 * research runs write stays as it is: market orders of single shares, whose task settles them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await widenAccounts(db);
  await widenOrders(db);
  await widenHoldings(db);
  await createJournal(db);
}

async function widenAccounts(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table portfolio_accounts
      alter column strategy_id drop not null,
      alter column provider drop not null,
      add column name text,
      add column broker text not null default 'paper'
        constraint portfolio_accounts_broker_known check (broker in ('paper', 'ibkr')),
      add column broker_account text,
      add column risk_limits jsonb not null default '{}';

    update portfolio_accounts a set name = s.slug || '/' || a.provider, broker_account = a.id::text
      from strategies s where s.id = a.strategy_id;

    alter table portfolio_accounts
      alter column name set not null,
      alter column broker_account set not null,
      add constraint portfolio_accounts_name_unique unique (name),
      add constraint portfolio_accounts_broker_account_unique unique (broker, broker_account),
      add constraint portfolio_accounts_strategy_with_provider check ((strategy_id is null) = (provider is null)),
      add constraint portfolio_accounts_research_on_paper check (broker = 'paper' or strategy_id is null);
  `.execute(db);
}

/** What may be zero or negative of a combination may not of anything else; a comparison with null would let it pass. */
async function widenOrders(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table tickets
      alter column task_id drop not null,
      add column spec jsonb,
      add column trade_id text,
      add column market_date date,
      add constraint tickets_task_or_spec check (num_nonnulls(task_id, spec) = 1),
      add constraint tickets_spec_has_day check (spec is null or market_date is not null);

    drop index orders_open;
    alter table orders
      drop constraint orders_state_known,
      drop constraint orders_reference_price_sign,
      drop constraint orders_fill_price_sign,
      alter column task_id drop not null,
      alter column reference_price drop not null,
      add column tradable jsonb,
      add column role text not null default 'single'
        constraint orders_role_known check (role in ('single', 'entry', 'take_profit', 'stop_loss', 'leg', 'external')),
      add column order_type text not null default 'MARKET'
        constraint orders_order_type_known check (order_type in ('MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP')),
      add column time_in_force text not null default 'DAY'
        constraint orders_time_in_force_known check (time_in_force in ('DAY', 'GTC')),
      add column limit_price numeric,
      add column stop_price numeric constraint orders_stop_price_sign check (stop_price > 0 and stop_price <= 1e15),
      add column trail_amount numeric constraint orders_trail_amount_sign check (trail_amount > 0 and trail_amount <= 1e15),
      add column trail_percent numeric constraint orders_trail_percent_range check (trail_percent > 0 and trail_percent < 100),
      add column parent_ref text,
      add column oca_group text,
      add column broker_order_id text,
      add column submissions smallint not null default 0 constraint orders_submissions_sign check (submissions >= 0),
      add column submitted_at timestamptz,
      add column reserved_usd numeric not null default 0
        constraint orders_reserved_sign check (reserved_usd between 0 and 1e15),
      add constraint orders_state_known check (state in (
        'PENDING', 'DENIED', 'SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED',
        'INACTIVE', 'UNKNOWN'
      )),
      add constraint orders_reference_price_sign check (
        reference_price between -1e15 and 1e15
        and (reference_price > 0 or state = 'DENIED' or tradable is not null)
        and (reference_price >= 0 or (tradable ->> 'kind') is not distinct from 'combo')
      ),
      add constraint orders_limit_price_sign check (
        limit_price between -1e15 and 1e15 and (limit_price > 0 or (tradable ->> 'kind') is not distinct from 'combo')
      ),
      add constraint orders_fill_price_sign check (
        average_fill_price between -1e15 and 1e15
        and (average_fill_price >= 0 or (tradable ->> 'kind') is not distinct from 'combo')
      );
    create index orders_open on orders (account_id, created_at)
      where state in ('PENDING', 'SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'INACTIVE', 'UNKNOWN');

    alter table executions
      drop constraint executions_price_sign,
      add column instrument jsonb,
      add column multiplier numeric not null default 1
        constraint executions_multiplier_sign check (multiplier > 0 and multiplier <= 1e15),
      add constraint executions_price_sign check (price between 0 and 1e15);
  `.execute(db);
}

async function widenHoldings(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table positions
      add column multiplier numeric not null default 1
        constraint positions_multiplier_sign check (multiplier > 0 and multiplier <= 1e15),
      add column instrument jsonb;

    -- Oldest first by opening: the order in which lots are closed.
    create table tax_lots (
      account_id uuid not null references portfolio_accounts (id),
      ticker text not null,
      exec_id text not null,
      opening bigint not null generated always as identity,
      quantity numeric not null constraint tax_lots_quantity_held check (quantity between -1e15 and 1e15 and quantity <> 0),
      cost_usd numeric not null constraint tax_lots_cost_bounded check (cost_usd between -1e15 and 1e15),
      commission_usd numeric not null constraint tax_lots_commission_bounded check (commission_usd between -1e15 and 1e15),
      primary key (account_id, ticker, exec_id)
    );

    alter table ledger_entries
      drop constraint ledger_entries_account_known,
      add constraint ledger_entries_account_known check (
        ledger_account ~ '^(cash|capital|realized-pnl|unrealized-pnl|commission|dividend|(position|revaluation):.+)$'
      );
  `.execute(db);
}

async function createJournal(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table order_events (
      id bigint primary key generated always as identity,
      account_id uuid not null references portfolio_accounts (id),
      order_id uuid references orders (id),
      order_ref text,
      key text not null,
      kind text not null constraint order_events_kind_known
        check (kind in ('intent', 'gate', 'submission', 'status', 'execution', 'commission', 'note', 'own')),
      outcome text not null constraint order_events_outcome_known check (outcome in ('applied', 'refused', 'unmatched')),
      problem text,
      state text,
      data jsonb not null,
      at timestamptz not null,
      recorded_at timestamptz not null,
      told_at timestamptz,
      constraint order_events_key_unique unique (account_id, key),
      constraint order_events_order_has_ref check ((order_id is null) = (order_ref is null)),
      constraint order_events_problem_named check ((outcome = 'applied') = (problem is null))
    );
    create index order_events_timeline on order_events (order_ref, id) where order_ref is not null;
    create index order_events_untold on order_events (order_id, id) where told_at is null;
    create index order_events_kept on order_events (account_id, id) where outcome <> 'applied';
    create index order_events_commission on order_events (account_id, (data ->> 'execId')) where kind = 'commission';
  `.execute(db);
}

/** Refuses where rows would be lost that the older schema cannot hold: they are somebody's orders and money. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$ begin
      if exists (select from portfolio_accounts where strategy_id is null) or exists (select from tickets where spec is not null)
      then
        raise exception 'there are trading accounts or their tickets, which the schema before cannot hold'
          using errcode = 'restrict_violation';
      end if;
    end $$;

    drop table order_events;
    drop table tax_lots;
    alter table ledger_entries
      drop constraint ledger_entries_account_known,
      add constraint ledger_entries_account_known check (
        ledger_account ~ '^(cash|capital|realized-pnl|unrealized-pnl|commission|(position|revaluation):.+)$'
      );
    alter table positions drop column multiplier, drop column instrument;
    alter table executions
      drop constraint executions_price_sign,
      drop column instrument,
      drop column multiplier,
      add constraint executions_price_sign check (price > 0 and price <= 1e15);
  `.execute(db);
  await narrowOrders(db);
}

async function narrowOrders(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop index orders_open;
    alter table orders
      drop constraint orders_state_known,
      drop constraint orders_reference_price_sign,
      drop constraint orders_limit_price_sign,
      drop constraint orders_fill_price_sign,
      drop column tradable,
      drop column role,
      drop column order_type,
      drop column time_in_force,
      drop column limit_price,
      drop column stop_price,
      drop column trail_amount,
      drop column trail_percent,
      drop column parent_ref,
      drop column oca_group,
      drop column broker_order_id,
      drop column submissions,
      drop column submitted_at,
      drop column reserved_usd,
      alter column task_id set not null,
      alter column reference_price set not null,
      add constraint orders_state_known
        check (state in ('PENDING', 'DENIED', 'SUBMITTED', 'FILLED', 'CANCELLED', 'REJECTED')),
      add constraint orders_reference_price_sign
        check (reference_price between 0 and 1e15 and (reference_price > 0 or state = 'DENIED')),
      add constraint orders_fill_price_sign check (average_fill_price between 0 and 1e15);
    create index orders_open on orders (state) where state in ('PENDING', 'SUBMITTED');

    alter table tickets
      drop constraint tickets_task_or_spec,
      drop constraint tickets_spec_has_day,
      drop column spec,
      drop column trade_id,
      drop column market_date,
      alter column task_id set not null;

    alter table portfolio_accounts
      drop constraint portfolio_accounts_strategy_with_provider,
      drop constraint portfolio_accounts_research_on_paper,
      drop column name,
      drop column broker,
      drop column broker_account,
      drop column risk_limits,
      alter column strategy_id set not null,
      alter column provider set not null;
  `.execute(db);
}
