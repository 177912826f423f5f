import { type Kysely, sql } from 'kysely';

/**
 * Accounts, tickets with their orders and executions, positions and the equity curve. Amounts are plain `numeric`, since
 * a fixed scale would round silently; the bounds keep out NaN and infinity, which numeric accepts.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createOrders(db);
  await createHoldings(db);
}

async function createOrders(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table portfolio_accounts (
      id uuid primary key,
      strategy_id uuid not null references strategies (id),
      provider text not null
        constraint portfolio_accounts_provider_known check (provider in ('openai', 'gemini', 'anthropic')),
      price_source text not null
        constraint portfolio_accounts_price_source_known check (price_source in ('replay', 'yahoo', 'fixed')),
      initial_balance_usd numeric not null
        constraint portfolio_accounts_initial_balance_sign check (initial_balance_usd between 0 and 1e15),
      opened_on date not null,
      created_at timestamptz not null,
      constraint portfolio_accounts_strategy_provider_unique unique (strategy_id, provider)
    );

    -- A ticket without orders (everything HOLD) is a ticket too, and it settles once like any other.
    create table tickets (
      id uuid primary key,
      task_id uuid not null constraint tickets_task_id_fkey references execution_tasks (id)
        constraint tickets_task_unique unique,
      account_id uuid not null constraint tickets_account_id_fkey references portfolio_accounts (id),
      journaled_at timestamptz not null default now(),
      settled_at timestamptz
    );
    create index tickets_account on tickets (account_id);

    create table orders (
      id uuid primary key,
      ticket_id uuid not null references tickets (id),
      account_id uuid not null references portfolio_accounts (id),
      task_id uuid not null references execution_tasks (id),
      order_ref text not null constraint orders_order_ref_unique unique,
      position smallint not null constraint orders_position_sign check (position >= 0),
      ticker text not null,
      side text not null constraint orders_side_known check (side in ('BUY', 'SELL')),
      quantity numeric not null constraint orders_quantity_sign
        check (quantity between 0 and 1e15 and (quantity > 0 or state = 'DENIED')),
      state text not null constraint orders_state_known
        check (state in ('PENDING', 'DENIED', 'SUBMITTED', 'FILLED', 'CANCELLED', 'REJECTED')),
      state_reason text,
      reference_price numeric not null constraint orders_reference_price_sign
        check (reference_price between 0 and 1e15 and (reference_price > 0 or state = 'DENIED')),
      market_date date not null,
      filled_quantity numeric not null constraint orders_filled_within_quantity check (filled_quantity between 0 and quantity),
      average_fill_price numeric constraint orders_fill_price_sign check (average_fill_price between 0 and 1e15),
      created_at timestamptz not null,
      updated_at timestamptz not null,
      constraint orders_fill_has_price check ((filled_quantity > 0) = (average_fill_price is not null)),
      constraint orders_filled_is_whole check (state <> 'FILLED' or filled_quantity = quantity)
    );
    create index orders_ticket on orders (ticket_id, position);
    create index orders_account on orders (account_id, created_at desc);
    create index orders_open on orders (state) where state in ('PENDING', 'SUBMITTED');

    create table executions (
      exec_id text primary key,
      order_id uuid not null references orders (id),
      ticker text not null,
      side text not null constraint executions_side_known check (side in ('BUY', 'SELL')),
      quantity numeric not null constraint executions_quantity_sign check (quantity > 0 and quantity <= 1e15),
      price numeric not null constraint executions_price_sign check (price > 0 and price <= 1e15),
      commission_usd numeric not null constraint executions_commission_bounded check (commission_usd between -1e15 and 1e15),
      executed_at timestamptz not null
    );
    create index executions_order on executions (order_id);
  `.execute(db);
}

async function createHoldings(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table positions (
      account_id uuid not null references portfolio_accounts (id),
      ticker text not null,
      quantity numeric not null constraint positions_quantity_held check (quantity between -1e15 and 1e15 and quantity <> 0),
      cost_usd numeric not null constraint positions_cost_bounded check (cost_usd between -1e15 and 1e15),
      market_price numeric not null constraint positions_price_sign check (market_price between 0 and 1e15),
      market_date date not null,
      primary key (account_id, ticker)
    );

    create table portfolio_snapshots (
      account_id uuid not null references portfolio_accounts (id),
      market_date date not null,
      cash_usd numeric not null constraint portfolio_snapshots_cash_bounded check (cash_usd between -1e15 and 1e15),
      positions_usd numeric not null
        constraint portfolio_snapshots_positions_bounded check (positions_usd between -1e15 and 1e15),
      total_usd numeric not null constraint portfolio_snapshots_total_is_sum check (total_usd = cash_usd + positions_usd),
      taken_at timestamptz not null,
      primary key (account_id, market_date)
    );
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop table portfolio_snapshots;
    drop table positions;
    drop table executions;
    drop table orders;
    drop table tickets;
    drop table portfolio_accounts;
  `.execute(db);
}
