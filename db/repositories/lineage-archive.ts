import { type Kysely, sql } from 'kysely';
import type { ArchivedHistory, LineageArchive } from '../../src/ports/lineage.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';

const MAX_LISTED = 1_000;

/** Binds the archive's port to a database. */
export function createLineageArchive(db: Kysely<DB>): LineageArchive {
  return withTranslatedErrors<LineageArchive>({
    find: (workflowId, runId) => find(db, workflowId, runId),
    known: (runIds) => known(db, runIds),
    record: (history, at) => record(db, history, at),
    recent: (filter, limit) => recent(db, filter, limit),
  });
}

function archived(db: Kysely<DB>) {
  return db
    .selectFrom('lineage_archive')
    .select(['workflow_id as workflowId', 'run_id as runId', 'workflow_type as workflowType', 'state'])
    .select(['started_at as startedAt', 'closed_at as closedAt', 'event_count as eventCount'])
    .select(['strategy_id as strategyId', 'account_id as accountId'])
    .select(['uri', 'sha256', 'bytes', 'media_type as mediaType']);
}

type Row = Omit<ArchivedHistory, 'artifact'> & ArchivedHistory['artifact'];

function toHistory({ uri, sha256, bytes, mediaType, ...history }: Row): ArchivedHistory {
  return { ...history, artifact: { uri, sha256, bytes, mediaType } };
}

async function find(db: Kysely<DB>, workflowId: string, runId: string | null): Promise<ArchivedHistory | null> {
  if (runId !== null && !isUuid(runId)) return null;
  let query = archived(db).where('workflow_id', '=', storableText(workflowId));
  if (runId !== null) query = query.where('run_id', '=', runId);
  const row = await query.orderBy('started_at', 'desc').orderBy('run_id', 'desc').limit(1).executeTakeFirst();
  return row === undefined ? null : toHistory(row);
}

async function known(db: Kysely<DB>, runIds: readonly string[]): Promise<ReadonlySet<string>> {
  const ids = runIds.filter(isUuid);
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('lineage_archive')
    .select('run_id as runId')
    .where('run_id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute();
  return new Set(rows.map(({ runId }) => runId));
}

async function record(db: Kysely<DB>, history: ArchivedHistory, at: Date): Promise<void> {
  const { workflowId, runId, workflowType, state, startedAt, closedAt, eventCount, artifact } = history;
  await db
    .insertInto('lineage_archive')
    .values({
      workflow_id: storableText(workflowId),
      run_id: runId,
      workflow_type: storableText(workflowType),
      state,
      started_at: startedAt,
      closed_at: closedAt,
      event_count: eventCount,
      strategy_id: uuidOrNull(history.strategyId),
      account_id: uuidOrNull(history.accountId),
      uri: artifact.uri,
      sha256: artifact.sha256,
      bytes: artifact.bytes,
      media_type: artifact.mediaType,
      archived_at: at,
    })
    .onConflict((conflict) => conflict.column('run_id').doNothing())
    .execute();
}

/** Somebody else's workflows may put anything into our search attributes. */
function uuidOrNull(text: string | null): string | null {
  return text !== null && isUuid(text) ? text : null;
}

async function recent(
  db: Kysely<DB>,
  { strategyId, accountId, workflowType, startedBefore }: Parameters<LineageArchive['recent']>[0],
  limit: number,
): Promise<readonly ArchivedHistory[]> {
  if ([strategyId, accountId].some((id) => id !== undefined && !isUuid(id))) return [];
  let query = archived(db);
  if (strategyId !== undefined) query = query.where('strategy_id', '=', strategyId);
  if (accountId !== undefined) query = query.where('account_id', '=', accountId);
  if (workflowType !== undefined) query = query.where('workflow_type', '=', storableText(workflowType));
  if (startedBefore !== undefined) query = query.where('started_at', '<', startedBefore);
  const rows = await query
    .orderBy('started_at', 'desc')
    .orderBy('run_id', 'desc')
    .limit(Math.max(1, Math.min(limit, MAX_LISTED)))
    .execute();
  return rows.map(toHistory);
}
