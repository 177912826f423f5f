import { type Kysely, sql } from 'kysely';

/** What calls to models may cost a day, what is reserved and spent of it, and tasks that were denied for it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table llm_budgets (
      id bigint primary key generated always as identity,
      strategy_id uuid constraint llm_budgets_strategy_id_fkey references strategies (id),
      daily_usd numeric constraint llm_budgets_daily_range check (daily_usd between 0 and 1e12),
      set_by text not null,
      set_at timestamptz not null
    );
    create index llm_budgets_newest on llm_budgets (strategy_id, id desc);

    create table llm_reservations (
      call_id text primary key,
      task_id uuid not null constraint llm_reservations_task_id_fkey references execution_tasks (id),
      strategy_id uuid not null,
      day date not null,
      state text not null constraint llm_reservations_state_known check (state in ('reserved', 'settled', 'released')),
      reserved_usd numeric not null constraint llm_reservations_reserved_sign check (reserved_usd between 0 and 1e15),
      settled_usd numeric constraint llm_reservations_settled_sign check (settled_usd between 0 and 1e15),
      reserved_at timestamptz not null,
      ended_at timestamptz,
      constraint llm_reservations_settled_has_amount check ((state = 'settled') = (settled_usd is not null))
    );
    create index llm_reservations_day on llm_reservations (day, strategy_id);
    create index llm_reservations_task on llm_reservations (task_id);

    alter table llm_usage
      add column cached_input_tokens bigint not null default 0,
      add column price_basis text not null default 'listed'
        constraint llm_usage_price_basis_known check (price_basis in ('listed', 'fallback'));
    create index llm_usage_called on llm_usage (called_at);

    alter table execution_tasks drop constraint execution_tasks_state_known;
    alter table execution_tasks drop constraint execution_tasks_failed_has_code;
    alter table execution_tasks drop constraint execution_tasks_ended_has_time;
    alter table execution_tasks add constraint execution_tasks_state_known
      check (state in ('pending', 'running', 'awaiting_results', 'succeeded', 'failed', 'denied'));
    alter table execution_tasks add constraint execution_tasks_failed_has_code
      check ((state in ('failed', 'denied')) = (failure_code is not null));
    alter table execution_tasks add constraint execution_tasks_ended_has_time
      check ((state in ('succeeded', 'failed', 'denied')) = (ended_at is not null));
    drop index execution_tasks_open;
    create index execution_tasks_open on execution_tasks (state, created_at desc)
      where state not in ('succeeded', 'failed', 'denied');
  `.execute(db);
}

/** Before there was a budget, a task that was denied could only have failed. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    update execution_tasks set state = 'failed' where state = 'denied';
    alter table execution_tasks drop constraint execution_tasks_state_known;
    alter table execution_tasks drop constraint execution_tasks_failed_has_code;
    alter table execution_tasks drop constraint execution_tasks_ended_has_time;
    alter table execution_tasks add constraint execution_tasks_state_known
      check (state in ('pending', 'running', 'awaiting_results', 'succeeded', 'failed'));
    alter table execution_tasks add constraint execution_tasks_failed_has_code
      check ((state = 'failed') = (failure_code is not null));
    alter table execution_tasks add constraint execution_tasks_ended_has_time
      check ((state in ('succeeded', 'failed')) = (ended_at is not null));
    drop index execution_tasks_open;
    create index execution_tasks_open on execution_tasks (state, created_at desc) where state not in ('succeeded', 'failed');
    drop index llm_usage_called;
    alter table llm_usage drop column price_basis, drop column cached_input_tokens;
    drop table llm_reservations;
    drop table llm_budgets;
  `.execute(db);
}
