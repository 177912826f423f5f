import { type Kysely, sql } from 'kysely';

/** Requests, the tasks that carry them out, and everything that a provider's work leaves behind. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createTasks(db);
  await createTaskRecords(db);
}

async function createTasks(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table requests (
      id uuid primary key,
      request_group_id uuid not null,
      strategy_id uuid not null,
      strategy_version integer not null,
      provider text not null constraint requests_provider_known check (provider in ('openai', 'gemini', 'anthropic')),
      as_of date not null,
      created_at timestamptz not null,
      constraint requests_group_provider_unique unique (request_group_id, provider),
      foreign key (strategy_id, strategy_version) references strategy_versions (strategy_id, version)
    );
    create index requests_strategy_provider on requests (strategy_id, provider, created_at desc);

    create table execution_tasks (
      id uuid primary key,
      request_id uuid not null references requests (id) constraint execution_tasks_request_unique unique,
      provider text not null constraint execution_tasks_provider_known check (provider in ('openai', 'gemini', 'anthropic')),
      mode text not null constraint execution_tasks_mode_known check (mode in ('batch', 'direct', 'cli')),
      model text not null,
      state text not null constraint execution_tasks_state_known
        check (state in ('pending', 'running', 'awaiting_results', 'succeeded', 'failed')),
      simulated boolean not null,
      round smallint not null default 0 constraint execution_tasks_round_bounded check (round between 0 and 9),
      provider_job_id text,
      provider_status text,
      counts jsonb,
      poll_count integer not null default 0 constraint execution_tasks_poll_count_sign check (poll_count >= 0),
      last_polled_at timestamptz,
      failure_code text,
      failure_reason text,
      created_at timestamptz not null,
      submitted_at timestamptz,
      ended_at timestamptz,
      executed_at timestamptz,
      constraint execution_tasks_failed_has_code check ((state = 'failed') = (failure_code is not null)),
      constraint execution_tasks_ended_has_time check ((state in ('succeeded', 'failed')) = (ended_at is not null)),
      constraint execution_tasks_only_success_is_executed check (executed_at is null or state = 'succeeded')
    );
    -- Only batches have an id of the provider's; a direct call is named after its answer, which may repeat.
    create unique index execution_tasks_provider_job_unique on execution_tasks (provider, provider_job_id)
      where mode = 'batch';
    create index execution_tasks_newest on execution_tasks (created_at desc, id);
    create index execution_tasks_open on execution_tasks (state, created_at desc) where state not in ('succeeded', 'failed');
    create index execution_tasks_ready on execution_tasks (created_at desc) where state = 'succeeded' and executed_at is null;

    create table submission_intents (
      task_id uuid not null constraint submission_intents_task_id_fkey references execution_tasks (id),
      round smallint not null constraint submission_intents_round_bounded check (round between 0 and 9),
      key text not null constraint submission_intents_key_unique unique,
      provider text not null,
      mode text not null,
      item_count integer not null constraint submission_intents_item_count_positive check (item_count > 0),
      payload jsonb not null,
      model text not null,
      intended_at timestamptz not null,
      attempted_at timestamptz,
      attempts integer not null default 0 constraint submission_intents_attempts_sign check (attempts >= 0),
      provider_job_id text,
      primary key (task_id, round),
      constraint submission_intents_attempt_has_time check ((attempts > 0) = (attempted_at is not null))
    );
    create unique index submission_intents_provider_job_unique on submission_intents (provider, provider_job_id)
      where mode = 'batch';
  `.execute(db);
}

async function createTaskRecords(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table task_polls (
      id bigint generated always as identity primary key,
      task_id uuid not null constraint task_polls_task_id_fkey references execution_tasks (id),
      polled_at timestamptz not null,
      provider_status text not null,
      counts jsonb
    );
    create index task_polls_task on task_polls (task_id, id);

    create table artifacts (
      id bigint generated always as identity primary key,
      request_id uuid not null constraint artifacts_request_id_fkey references requests (id),
      task_id uuid not null constraint artifacts_task_id_fkey references execution_tasks (id),
      name text not null,
      uri text not null,
      sha256 text not null constraint artifacts_sha256_hex check (sha256 ~ '^[0-9a-f]{64}$'),
      bytes bigint not null constraint artifacts_bytes_sign check (bytes >= 0),
      media_type text not null,
      created_at timestamptz not null default now()
    );
    create index artifacts_task on artifacts (task_id, id);

    create table recommendations (
      task_id uuid not null constraint recommendations_task_id_fkey references execution_tasks (id),
      position smallint not null constraint recommendations_position_sign check (position >= 0),
      ticker text not null,
      action text not null constraint recommendations_action_known check (action in ('BUY', 'SELL', 'HOLD')),
      entry_price numeric not null constraint recommendations_entry_sign check (entry_price between 0 and 1e15),
      target_price numeric not null constraint recommendations_target_sign check (target_price between 0 and 1e15),
      stop_loss numeric not null constraint recommendations_stop_sign check (stop_loss between 0 and 1e15),
      allocation_percent numeric not null
        constraint recommendations_allocation_range check (allocation_percent between 0 and 100),
      rationale text not null,
      primary key (task_id, position)
    );

    create table llm_usage (
      call_id text primary key,
      task_id uuid not null constraint llm_usage_task_id_fkey references execution_tasks (id),
      provider text not null constraint llm_usage_provider_known check (provider in ('openai', 'gemini', 'anthropic')),
      mode text not null constraint llm_usage_mode_known check (mode in ('batch', 'direct', 'cli')),
      model text not null,
      state text not null constraint llm_usage_state_known check (state in ('started', 'answered', 'presumed', 'refused')),
      input_tokens bigint not null constraint llm_usage_input_sign check (input_tokens >= 0),
      output_tokens bigint not null constraint llm_usage_output_sign check (output_tokens >= 0),
      cost_usd numeric not null constraint llm_usage_cost_sign check (cost_usd between 0 and 1e15),
      called_at timestamptz not null
    );
    create index llm_usage_task on llm_usage (task_id, called_at);
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop table llm_usage;
    drop table recommendations;
    drop table artifacts;
    drop table task_polls;
    drop table submission_intents;
    drop table execution_tasks;
    drop table requests;
  `.execute(db);
}
