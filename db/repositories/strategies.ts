import { type Kysely, sql, type Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import type { ResearchStrategy } from '../../src/contracts/schemas/strategy.ts';
import type { StrategyRecord, StrategyRepository } from '../../src/ports/repositories.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid, strategyIdOf } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson } from '../storable.ts';
import { listStale } from './stale-strategies.ts';
import { contentSha256 } from './strategy-content.ts';

/** Versions never change, so this many are read once and kept: every step of a run asks for its own. */
const MAX_KEPT_DOCUMENTS = 500;

/** Binds the strategy port to a database. */
export function createStrategyRepository(db: Kysely<DB>): StrategyRepository {
  const kept = new Map<string, ResearchStrategy>();
  return withTranslatedErrors<StrategyRepository>({
    save: (document) => db.transaction().execute((trx) => saveStrategy(trx, document)),
    find: (idOrSlug, version) => findStrategy(db, idOrSlug, version),
    async document(strategyId, version) {
      const key = `${strategyId}/${version}`;
      const known = kept.get(key);
      if (known) return known;
      const { document } = await requireVersion(db, strategyId, version);
      if (kept.size >= MAX_KEPT_DOCUMENTS) kept.clear();
      kept.set(key, document);
      return document;
    },
    list: () => listStrategies(db),
    setActive: (idOrSlug, active) => setStrategyActive(db, idOrSlug, active),
    listStale: (now) => listStale(db, now),
  });
}

function versions(db: Kysely<DB>) {
  return db
    .selectFrom('strategies as s')
    .innerJoin('strategy_versions as v', 'v.strategy_id', 's.id')
    .select(['s.id', 'v.version', 'v.document', 's.active', 'v.created_at as createdAt', 'v.content_sha256 as sha256'])
    .orderBy('s.slug')
    .orderBy('v.version', 'desc');
}

function recordOf({ sha256: _sha256, ...record }: StrategyRecord & { sha256: string }): StrategyRecord {
  return record;
}

/**
 * A document that differs from the current version becomes the next one. Whether the strategy is active is the person's
 * choice and stays as it is, unless the author changed it in the document.
 */
async function saveStrategy(
  trx: Transaction<DB>,
  document: ResearchStrategy,
): Promise<{ record: StrategyRecord; created: boolean }> {
  const id = strategyIdOf(document.slug);
  await trx
    .insertInto('strategies')
    .values({ id, slug: document.slug, active: document.active, created_at: sql<Date>`now()` })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  await trx.selectFrom('strategies').select('id').where('id', '=', id).forUpdate().execute();
  const current = await versions(trx).where('s.id', '=', id).limit(1).executeTakeFirst();
  const sha256 = contentSha256(document);
  if (current?.sha256 === sha256) return { record: recordOf(current), created: false };
  if (current !== undefined && current.document.active !== document.active) {
    await trx.updateTable('strategies').set({ active: document.active }).where('id', '=', id).execute();
  }
  await trx
    .insertInto('strategy_versions')
    .values({
      strategy_id: id,
      version: (current?.version ?? 0) + 1,
      document: storableJson(document),
      content_sha256: sha256,
      created_at: sql<Date>`now()`,
    })
    .execute();
  const saved = await versions(trx).where('s.id', '=', id).limit(1).executeTakeFirstOrThrow();
  return { record: recordOf(saved), created: true };
}

async function findStrategy(db: Kysely<DB>, idOrSlug: string, version?: number): Promise<StrategyRecord | null> {
  let query = versions(db).where((eb) =>
    eb.or([eb('s.slug', '=', idOrSlug), ...(isUuid(idOrSlug) ? [eb('s.id', '=', idOrSlug)] : [])]),
  );
  if (version !== undefined) query = query.where('v.version', '=', version);
  const row = await query.limit(1).executeTakeFirst();
  return row === undefined ? null : recordOf(row);
}

async function requireVersion(db: Kysely<DB>, strategyId: string, version: number): Promise<StrategyRecord> {
  const found = await findStrategy(db, strategyId, version);
  if (found) return found;
  throw new FoliosError('STRATEGY_NOT_FOUND', `strategy ${strategyId} has no version ${version}`, {
    strategyId,
    version,
  });
}

/** The current version of every strategy, by slug. */
async function listStrategies(db: Kysely<DB>): Promise<readonly StrategyRecord[]> {
  const rows = await versions(db).distinctOn('s.slug').execute();
  return rows.map(recordOf);
}

async function setStrategyActive(db: Kysely<DB>, idOrSlug: string, active: boolean): Promise<StrategyRecord | null> {
  const found = await findStrategy(db, idOrSlug);
  if (found === null) return null;
  await db.updateTable('strategies').set({ active }).where('id', '=', found.id).execute();
  return await findStrategy(db, found.id);
}
