import { type Kysely, sql } from 'kysely';

/**
 * What profit and loss is told from: every part of a lot that was closed, and the splits and dividends that were booked,
 * each once. Prices as they were traded are a source of prices now.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table portfolio_accounts
      drop constraint portfolio_accounts_price_source_known,
      add constraint portfolio_accounts_price_source_known
        check (price_source in ('replay', 'yahoo', 'fixed', 'as_traded')),
      -- The last market day whose splits and dividends are in the books; null means the day of opening.
      add column actions_applied_to date;

    -- What was paid before there was this bookkeeping was paid for by nobody, and is not owed now.
    update portfolio_accounts set actions_applied_to =
      case price_source when 'yahoo' then current_date else (select market_date from market_clock) end;

    -- Null where nobody knows: what was carried over from average cost.
    alter table tax_lots add column opened_on date;

    create table closed_lots (
      account_id uuid not null references portfolio_accounts (id),
      ticker text not null,
      closed_by text not null,
      opened_by text not null,
      closing bigint not null generated always as identity,
      opened_on date,
      closed_on date not null,
      quantity numeric not null constraint closed_lots_quantity_sign check (quantity > 0 and quantity <= 1e15),
      cost_usd numeric not null constraint closed_lots_cost_bounded check (cost_usd between -1e15 and 1e15),
      proceeds_usd numeric not null constraint closed_lots_proceeds_bounded check (proceeds_usd between -1e15 and 1e15),
      commission_usd numeric not null
        constraint closed_lots_commission_bounded check (commission_usd between -1e15 and 1e15),
      primary key (account_id, ticker, closed_by, opened_by)
    );
    create index closed_lots_opened_by on closed_lots (account_id, ticker, opened_by);
    create index closed_lots_closed_on on closed_lots (account_id, closed_on);

    create table corporate_actions_applied (
      account_id uuid not null references portfolio_accounts (id),
      symbol text not null,
      ex_date date not null,
      kind text not null constraint corporate_actions_applied_kind_known check (kind in ('split', 'dividend')),
      -- Signed units that were held before the day.
      quantity numeric not null,
      ratio_to integer,
      ratio_from integer,
      per_share_usd numeric,
      -- Cash in lieu of a fraction, or the dividend.
      cash_usd numeric not null constraint corporate_actions_applied_cash_bounded check (cash_usd between -1e15 and 1e15),
      -- Null where nothing moved in the ledger.
      transaction_id text references ledger_transactions (id),
      applied_at timestamptz not null,
      primary key (account_id, symbol, ex_date, kind),
      constraint corporate_actions_applied_facts check (
        (kind = 'split') = (ratio_to is not null and ratio_from is not null)
        and (kind = 'dividend') = (per_share_usd is not null)
      )
    );
    create index corporate_actions_applied_transaction on corporate_actions_applied (transaction_id)
      where transaction_id is not null;
  `.execute(db);
}

/** Refuses where accounts have prices as traded, which the schema before cannot hold. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop table corporate_actions_applied;
    drop table closed_lots;
    alter table tax_lots drop column opened_on;
    alter table portfolio_accounts
      drop column actions_applied_to,
      drop constraint portfolio_accounts_price_source_known,
      add constraint portfolio_accounts_price_source_known check (price_source in ('replay', 'yahoo', 'fixed'));
  `.execute(db);
}
