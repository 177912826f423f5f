import { type Kysely, sql } from 'kysely';

/**
 * Alerts, the channels that tell them, and which channel has told which. An alert names its strategy and account without a
 * foreign key: it is written in the transaction in which something went wrong, which must not wait for their rows.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table alerts (
      id uuid primary key,
      kind text not null,
      severity text not null constraint alerts_severity_known check (severity in ('info', 'warning', 'critical')),
      subject text not null,
      text text not null,
      strategy_id uuid,
      account_id uuid,
      workflow_id text,
      dedupe_key text not null,
      dedupe_until timestamptz not null,
      first_seen_at timestamptz not null,
      last_seen_at timestamptz not null,
      count integer not null default 1 constraint alerts_count_positive check (count > 0),
      acknowledged_by text,
      acknowledged_at timestamptz,
      planned_at timestamptz,
      constraint alerts_acknowledged_by_somebody check ((acknowledged_by is null) = (acknowledged_at is null))
    );
    create index alerts_newest on alerts (first_seen_at desc, id desc);
    create index alerts_open on alerts (first_seen_at desc, id desc) where acknowledged_at is null;
    create index alerts_account on alerts (account_id, first_seen_at desc, id desc);
    create index alerts_strategy on alerts (strategy_id, first_seen_at desc, id desc);
    create index alerts_unplanned on alerts (first_seen_at) where planned_at is null;
    create index alerts_dedupe on alerts (dedupe_key, dedupe_until desc);

    create table notification_channels (
      id uuid primary key,
      owner_id uuid,
      name text not null,
      settings jsonb not null,
      rules jsonb not null,
      quiet_hours jsonb,
      created_by text not null,
      created_at timestamptz not null,
      removed_at timestamptz
    );
    create unique index notification_channels_name on notification_channels
      (coalesce(owner_id, '00000000-0000-0000-0000-000000000000'::uuid), name) where removed_at is null;

    create table alert_deliveries (
      alert_id uuid not null constraint alert_deliveries_alert_fkey references alerts (id),
      channel_id uuid not null constraint alert_deliveries_channel_fkey references notification_channels (id),
      state text not null constraint alert_deliveries_state_known check (state in ('waiting', 'sent', 'given_up', 'dropped')),
      told_count integer not null default 0 constraint alert_deliveries_told_sign check (told_count >= 0),
      attempts integer not null default 0 constraint alert_deliveries_attempts_sign check (attempts >= 0),
      last_error text,
      planned_at timestamptz not null,
      started_at timestamptz,
      sent_at timestamptz,
      primary key (alert_id, channel_id)
    );
    create index alert_deliveries_unstarted on alert_deliveries (planned_at) where started_at is null;
    create index alert_deliveries_channel on alert_deliveries (channel_id, planned_at desc);
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop table alert_deliveries;
    drop table notification_channels;
    drop table alerts;
  `.execute(db);
}
