import { type Kysely, sql } from 'kysely';

/**
 * Lists by page, newest first, stay quick however many orders there are; and what changes is noted by the database
 * itself, so that no writer can forget it: the feed from which people who watch are told.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index orders_page on orders (created_at, id);
    -- It serves all that the index of accounts alone did.
    drop index orders_account;
    create index orders_account_page on orders (account_id, created_at, id);
    create index orders_account_state_page on orders (account_id, state, created_at, id);
    create index orders_symbol_page on orders ((coalesce(tradable ->> 'symbol', ticker)), created_at, id);
    create index executions_page on executions (executed_at, exec_id);
    create index execution_tasks_page on execution_tasks (created_at, id);

    -- The transaction's number comes first: one that commits later than a younger one must not be passed over.
    create table change_events (
      id bigint primary key generated always as identity,
      xid xid8 not null default pg_current_xact_id(),
      kind text not null constraint change_events_kind_known check (kind in ('task', 'order', 'execution', 'position')),
      account_id uuid,
      strategy_id uuid,
      data jsonb not null,
      at timestamptz not null default clock_timestamp(),
      constraint change_events_of_one check (num_nonnulls(account_id, strategy_id) = 1)
    );
    -- The youngest transaction of which something was forgotten; no row where nothing ever was.
    create table change_events_forgotten (
      only_row boolean primary key default true constraint change_events_forgotten_one check (only_row),
      xid xid8 not null
    );
    create index change_events_order on change_events (xid, id);
    create index change_events_age on change_events (at);
  `.execute(db);
  await noteOrders(db);
  await noteBooks(db);
  await noteTasks(db);
}

async function noteOrders(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function change_events_order() returns trigger language plpgsql as $$
    begin
      insert into change_events (kind, account_id, data) values ('order', new.account_id, jsonb_build_object(
        'orderId', new.id, 'ticketId', new.ticket_id, 'orderRef', new.order_ref, 'symbol', new.ticker,
        'side', new.side, 'quantity', new.quantity::text, 'state', new.state,
        'stateReason', left(new.state_reason, 500), 'filledQuantity', new.filled_quantity::text,
        'averageFillPrice', new.average_fill_price::text));
      return null;
    end $$;
    create trigger orders_noted_new after insert on orders for each row execute function change_events_order();
    create trigger orders_noted after update on orders for each row
      when ((old.state, old.filled_quantity, old.quantity, old.limit_price, old.stop_price)
        is distinct from (new.state, new.filled_quantity, new.quantity, new.limit_price, new.stop_price))
      execute function change_events_order();
  `.execute(db);
}

async function noteBooks(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function change_events_execution() returns trigger language plpgsql as $$
    begin
      insert into change_events (kind, account_id, data)
      select 'execution', o.account_id, jsonb_build_object(
        'execId', new.exec_id, 'orderId', new.order_id, 'symbol', new.ticker, 'side', new.side,
        'quantity', new.quantity::text, 'price', new.price::text, 'commissionUsd', new.commission_usd::text)
      from orders o where o.id = new.order_id;
      return null;
    end $$;
    create trigger executions_noted after insert on executions
      for each row execute function change_events_execution();

    create function change_events_position() returns trigger language plpgsql as $$
    declare held record;
    begin
      held := case when tg_op = 'DELETE' then old else new end;
      insert into change_events (kind, account_id, data) values ('position', held.account_id, jsonb_build_object(
        'instrument', held.ticker, 'quantity', case when tg_op = 'DELETE' then '0' else held.quantity::text end,
        'costUsd', case when tg_op = 'DELETE' then '0' else held.cost_usd::text end,
        'price', held.market_price::text, 'marketDate', held.market_date));
      return null;
    end $$;
    create trigger positions_noted_new after insert or delete on positions
      for each row execute function change_events_position();
    create trigger positions_noted after update on positions for each row
      when ((old.quantity, old.cost_usd, old.market_price) is distinct from (new.quantity, new.cost_usd, new.market_price))
      execute function change_events_position();
  `.execute(db);
}

async function noteTasks(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function change_events_task() returns trigger language plpgsql as $$
    begin
      insert into change_events (kind, strategy_id, data)
      select 'task', r.strategy_id, jsonb_build_object(
        'taskId', new.id, 'requestGroupId', r.request_group_id, 'provider', new.provider, 'state', new.state,
        'round', new.round, 'providerStatus', left(new.provider_status, 200), 'failureCode', new.failure_code,
        'executed', new.executed_at is not null)
      from requests r where r.id = new.request_id;
      return null;
    end $$;
    create trigger execution_tasks_noted_new after insert on execution_tasks
      for each row execute function change_events_task();
    create trigger execution_tasks_noted after update on execution_tasks for each row
      when ((old.state, old.round, old.provider_status, old.executed_at)
        is distinct from (new.state, new.round, new.provider_status, new.executed_at))
      execute function change_events_task();
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop trigger execution_tasks_noted on execution_tasks;
    drop trigger execution_tasks_noted_new on execution_tasks;
    drop trigger positions_noted on positions;
    drop trigger positions_noted_new on positions;
    drop trigger executions_noted on executions;
    drop trigger orders_noted on orders;
    drop trigger orders_noted_new on orders;
    drop function change_events_task();
    drop function change_events_position();
    drop function change_events_execution();
    drop function change_events_order();
    drop table change_events_forgotten;
    drop table change_events;
    drop index execution_tasks_page, executions_page, orders_symbol_page, orders_account_state_page, orders_account_page, orders_page;
    create index orders_account on orders (account_id, created_at desc);
  `.execute(db);
}
