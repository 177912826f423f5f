import { type Kysely, sql } from 'kysely';

/** Who uses the service, how they prove it, whose strategies and accounts are whose, and answers kept for repetitions. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table users (
      id uuid primary key,
      name text not null constraint users_name_unique unique constraint users_name_lower check (name = lower(name)),
      role text not null constraint users_role_known check (role in ('viewer', 'trader', 'admin')),
      password_hash text not null,
      created_at timestamptz not null,
      password_changed_at timestamptz not null,
      disabled_at timestamptz
    );

    create table user_sessions (
      id uuid primary key,
      user_id uuid not null references users (id) on delete cascade,
      secret_sha256 text not null constraint user_sessions_secret_unique unique
        constraint user_sessions_sha256_hex check (secret_sha256 ~ '^[0-9a-f]{64}$'),
      ip text not null,
      user_agent text not null,
      created_at timestamptz not null,
      last_seen_at timestamptz not null,
      expires_at timestamptz not null
    );
    create index user_sessions_user on user_sessions (user_id, created_at desc);

    create table api_tokens (
      id uuid primary key,
      user_id uuid not null constraint api_tokens_user_id_fkey references users (id) on delete cascade,
      name text not null,
      hint text not null,
      secret_sha256 text not null constraint api_tokens_secret_unique unique
        constraint api_tokens_sha256_hex check (secret_sha256 ~ '^[0-9a-f]{64}$'),
      scopes text[] not null
        constraint api_tokens_scopes_known check (scopes <@ array['read', 'trade', 'admin', 'metrics']),
      created_at timestamptz not null,
      expires_at timestamptz,
      last_used_at timestamptz,
      constraint api_tokens_name_unique unique (user_id, name)
    );

    -- What has no owner is the operator's: administrators see it.
    alter table strategies add column owner_id uuid references users (id) on delete set null;
    create index strategies_owner on strategies (owner_id);
    alter table portfolio_accounts add column owner_id uuid references users (id) on delete set null;
    create index portfolio_accounts_owner on portfolio_accounts (owner_id);

    create table idempotency_keys (
      principal text not null,
      operation text not null,
      key text not null,
      request_sha256 text not null constraint idempotency_keys_sha256_hex check (request_sha256 ~ '^[0-9a-f]{64}$'),
      claimed_at timestamptz not null,
      -- Null while the request is at work.
      status integer,
      content_type text,
      body text,
      primary key (principal, operation, key),
      constraint idempotency_keys_answer_whole
        check ((status is null) = (body is null) and (status is null) = (content_type is null))
    );
    create index idempotency_keys_age on idempotency_keys (claimed_at);
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop table idempotency_keys;
    alter table portfolio_accounts drop column owner_id;
    alter table strategies drop column owner_id;
    drop table api_tokens;
    drop table user_sessions;
    drop table users;
  `.execute(db);
}
