import { type Kysely, sql } from 'kysely';
import type { ScheduleRecord, ScheduleRecords } from '../../src/ports/strategy-schedules.ts';
import { withTranslatedErrors } from '../database-error.ts';
import type { DB } from '../schema.gen.ts';

/** Binds the memory of what was done to schedules to a database. */
export function createScheduleRecords(db: Kysely<DB>): ScheduleRecords {
  return withTranslatedErrors<ScheduleRecords>({
    find: async (strategyId) => (await records(db).where('strategy_id', '=', strategyId).executeTakeFirst()) ?? null,
    list: () => records(db).execute(),
    put: (record) => putRecord(db, record),
  });
}

function records(db: Kysely<DB>) {
  return db
    .selectFrom('strategy_schedules')
    .select(['strategy_id as strategyId', 'document_sha256 as documentSha256', 'namespace_id as namespaceId'])
    .select('scheduled');
}

async function putRecord(db: Kysely<DB>, record: ScheduleRecord): Promise<void> {
  const values = {
    document_sha256: record.documentSha256,
    namespace_id: record.namespaceId,
    scheduled: record.scheduled,
    changed_at: sql<Date>`now()`,
  };
  await db
    .insertInto('strategy_schedules')
    .values({ strategy_id: record.strategyId, ...values })
    .onConflict((conflict) => conflict.column('strategy_id').doUpdateSet(values))
    .execute();
}
