import type { Kysely } from 'kysely';
import { type Migration, type MigrationResultSet, Migrator } from 'kysely/migration';
import { FoliosError } from '../src/contracts/errors.ts';
import { toFoliosError, translatingErrors } from './database-error.ts';
import * as strategies from './migrations/20261121100000_strategies.ts';
import * as research from './migrations/20261121100100_research.ts';
import * as portfolio from './migrations/20261121100200_portfolio.ts';
import * as ledger from './migrations/20261121100300_ledger.ts';
import * as marketClock from './migrations/20261121100400_market_clock.ts';
import * as tradingSwitch from './migrations/20261121170000_trading_switch.ts';
import * as brokerOrders from './migrations/20261121180000_broker_orders.ts';
import * as brokerSessions from './migrations/20261121190000_broker_sessions.ts';
import * as accounting from './migrations/20261121211500_accounting.ts';
import * as keptReports from './migrations/20261121212000_kept_reports.ts';
import * as ibkrPrices from './migrations/20261121220000_ibkr_prices.ts';
import * as exposure from './migrations/20261121223000_exposure.ts';
import * as users from './migrations/20261122100000_users.ts';
import * as lineageArchive from './migrations/20261122110000_lineage_archive.ts';
import * as strategySchedules from './migrations/20261122120000_strategy_schedules.ts';
import * as alerts from './migrations/20261122130000_alerts.ts';
import * as llmBudgets from './migrations/20261122131000_llm_budgets.ts';
import * as apiPages from './migrations/20261122140000_api_pages.ts';
import * as sessionStates from './migrations/20261122150000_session_states.ts';
import type { DB } from './schema.gen.ts';

/** Every migration under its file's name; listed here, so that a forgotten file cannot run and a bundle needs no folder. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '20261121100000_strategies': strategies,
  '20261121100100_research': research,
  '20261121100200_portfolio': portfolio,
  '20261121100300_ledger': ledger,
  '20261121100400_market_clock': marketClock,
  '20261121170000_trading_switch': tradingSwitch,
  '20261121180000_broker_orders': brokerOrders,
  '20261121190000_broker_sessions': brokerSessions,
  '20261121211500_accounting': accounting,
  '20261121212000_kept_reports': keptReports,
  '20261121220000_ibkr_prices': ibkrPrices,
  '20261121223000_exposure': exposure,
  '20261122100000_users': users,
  '20261122110000_lineage_archive': lineageArchive,
  '20261122120000_strategy_schedules': strategySchedules,
  '20261122130000_alerts': alerts,
  '20261122131000_llm_budgets': llmBudgets,
  '20261122140000_api_pages': apiPages,
  '20261122150000_session_states': sessionStates,
};

export const MIGRATION_NAMES: readonly string[] = Object.keys(MIGRATIONS);

/** Runs what is missing, in one transaction under Kysely's advisory lock; returns the names that ran. Safe to call at once from many processes. */
export async function migrateToLatest(db: Kysely<DB>): Promise<readonly string[]> {
  return finish(await translatingErrors(() => migratorOf(db).migrateToLatest()));
}

/** Undoes the last migration; returns its name, or nothing if there was none. */
export async function rollbackOne(db: Kysely<DB>): Promise<readonly string[]> {
  return finish(await translatingErrors(() => migratorOf(db).migrateDown()));
}

/** Undoes every migration, newest first. All data is lost. */
export async function rollbackAll(db: Kysely<DB>): Promise<readonly string[]> {
  const undone: string[] = [];
  for (;;) {
    const names = await rollbackOne(db);
    if (names.length === 0) return undone;
    undone.push(...names);
  }
}

/** Fails with DATABASE_SCHEMA_MISMATCH unless exactly this program's migrations have run; the message says which differ. */
export async function assertSchemaCurrent(db: Kysely<DB>): Promise<void> {
  const executed = await executedMigrations(db);
  const missing = MIGRATION_NAMES.filter((name) => !executed.includes(name));
  const unknown = executed.filter((name) => !MIGRATION_NAMES.includes(name));
  if (missing.length === 0 && unknown.length === 0) return;
  const parts = [
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')} (run npm run db:migrate)`] : []),
    ...(unknown.length > 0 ? [`unknown to this program, which is older: ${unknown.join(', ')}`] : []),
  ];
  throw new FoliosError(
    'DATABASE_SCHEMA_MISMATCH',
    `the database schema does not fit this program; ${parts.join('; ')}`,
    {
      missing,
      unknown,
    },
  );
}

/** The names that the database recorded, without creating anything in it. */
async function executedMigrations(db: Kysely<DB>): Promise<readonly string[]> {
  return await translatingErrors(async () => {
    const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
    if (!tables.some((table) => table.name === 'kysely_migration')) return [];
    const untyped = db as unknown as Kysely<{ kysely_migration: { name: string } }>;
    const rows = await untyped.selectFrom('kysely_migration').select('name').orderBy('name').execute();
    return rows.map((row) => row.name);
  });
}

function migratorOf(db: Kysely<DB>): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
}

function finish({ error, results }: MigrationResultSet): readonly string[] {
  if (error === undefined) return (results ?? []).map((result) => result.migrationName);
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  const cause = toFoliosError(error);
  if ((cause as { code?: unknown }).code === 'DATABASE_UNREACHABLE') throw cause;
  // Kysely speaks up when the recorded migrations are not a beginning of ours: a newer program was here.
  throw new FoliosError(
    'DATABASE_SCHEMA_MISMATCH',
    `the database could not be migrated${failed === undefined ? '' : ` (${failed})`}: ${cause.message}`,
    { migration: failed ?? null },
    { cause },
  );
}
