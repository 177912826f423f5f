import { type Kysely, sql } from 'kysely';
import { AlertKind, Severity } from '../../src/domain/alerts/alert.ts';
import type { AlertBooks, AlertFilter, AlertRecord } from '../../src/ports/alerts.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';
import { raiseAlert } from './raise-alert.ts';

const MAX_LISTED = 10_000;

/** Binds the alerts' port to a database. */
export function createAlertBooks(db: Kysely<DB>): AlertBooks {
  return withTranslatedErrors<AlertBooks>({
    raise: (alert) => raiseAlert(db, alert),
    list: (filter) => listAlerts(db, filter),
    find: (alertId) => findAlert(db, alertId),
    countOpen: () => countOpen(db),
    async acknowledge(alertId, by, at) {
      if (!isUuid(alertId)) return null;
      await db
        .updateTable('alerts')
        .set({ acknowledged_by: storableText(by, 200), acknowledged_at: at })
        .where('id', '=', alertId)
        .where('acknowledged_at', 'is', null)
        .execute();
      return await findAlert(db, alertId);
    },
    async isConnectionLost(accountId) {
      const newest = await db
        .selectFrom('alerts')
        .select('kind')
        .where('account_id', '=', accountId)
        .where('kind', 'in', [AlertKind.connectionLost, AlertKind.connectionRestored])
        .orderBy('last_seen_at', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return newest?.kind === AlertKind.connectionLost;
    },
    async isRaised(dedupeKeys) {
      const found = await db
        .selectFrom('alerts')
        .select('id')
        .where('dedupe_key', 'in', [...dedupeKeys])
        .limit(1)
        .executeTakeFirst();
      return found !== undefined;
    },
  });
}

/** Alerts with the names of what they are about. */
export function alertRecords(db: Kysely<DB>) {
  return db
    .selectFrom('alerts as a')
    .leftJoin('strategies as s', 's.id', 'a.strategy_id')
    .leftJoin('portfolio_accounts as p', 'p.id', 'a.account_id')
    .select(['a.id as alertId', 'a.kind', 'a.severity', 'a.subject', 'a.text', 'a.strategy_id as strategyId'])
    .select(['s.slug as strategySlug', 'a.account_id as accountId', 'p.name as accountName'])
    .select([
      'a.workflow_id as workflowId',
      'a.first_seen_at as firstSeenAt',
      'a.last_seen_at as lastSeenAt',
      'a.count',
    ])
    .select(['a.acknowledged_by as acknowledgedBy', 'a.acknowledged_at as acknowledgedAt']);
}

export async function findAlert(db: Kysely<DB>, alertId: string): Promise<AlertRecord | null> {
  if (!isUuid(alertId)) return null;
  return (await alertRecords(db).where('a.id', '=', alertId).executeTakeFirst()) ?? null;
}

async function listAlerts(db: Kysely<DB>, filter: AlertFilter): Promise<readonly AlertRecord[]> {
  const { acknowledged, kind, severity, seenBy, after } = filter;
  let query = alertRecords(db);
  if (acknowledged !== undefined) query = query.where('a.acknowledged_at', acknowledged ? 'is not' : 'is', null);
  if (kind !== undefined) query = query.where('a.kind', '=', kind);
  if (severity !== undefined) query = query.where('a.severity', '=', severity);
  if (filter.withTests !== true) query = query.where('a.kind', '<>', AlertKind.test);
  if (seenBy) {
    const [strategies, accounts] = [[...seenBy.strategies], [...seenBy.accounts]];
    query = query.where(
      sql<boolean>`(a.strategy_id = any(${strategies}::uuid[]) or a.account_id = any(${accounts}::uuid[]))`,
    );
  }
  if (after) {
    query = query.where(sql<boolean>`(a.first_seen_at, a.id) < (${after.firstSeenAt}, ${after.alertId}::uuid)`);
  }
  return await query
    .orderBy('a.first_seen_at', 'desc')
    .orderBy('a.id', 'desc')
    .limit(Math.max(0, Math.min(filter.limit, MAX_LISTED)))
    .execute();
}

async function countOpen(db: Kysely<DB>): Promise<Readonly<Record<Severity, number>>> {
  const rows = await db
    .selectFrom('alerts')
    .select(['severity', (eb) => eb.fn.countAll<number>().as('count')])
    .where('acknowledged_at', 'is', null)
    .groupBy('severity')
    .execute();
  const of = (severity: Severity) => Number(rows.find((row) => row.severity === severity)?.count ?? 0);
  return { info: of(Severity.info), warning: of(Severity.warning), critical: of(Severity.critical) };
}
