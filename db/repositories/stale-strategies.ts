import { type Kysely, sql } from 'kysely';
import { isStale } from '../../src/domain/research/staleness.ts';
import { TaskState } from '../../src/domain/research/task-state.ts';
import type { PlannedStrategy } from '../../src/ports/repositories.ts';
import type { DB } from '../schema.gen.ts';

/**
 * Active strategies with a provider that has no task of its own that is open or succeeded and younger than the current
 * version's cadence, by slug; those with a schedule of their own run by it alone. `lastSubmittedAt` is the latest such
 * task's of any provider.
 */
export async function listStale(db: Kysely<DB>, now: Date): Promise<readonly PlannedStrategy[]> {
  const strategies = await db
    .selectFrom('strategies as s')
    .innerJoin('strategy_versions as v', 'v.strategy_id', 's.id')
    .distinctOn('s.slug')
    .select(['s.id', 's.slug', 'v.version', 'v.document'])
    .leftJoin('strategy_schedules as own', (join) =>
      join.onRef('own.strategy_id', '=', 's.id').on('own.scheduled', '=', true),
    )
    .where('s.active', '=', true)
    .where('own.strategy_id', 'is', null)
    .orderBy('s.slug')
    .orderBy('v.version', 'desc')
    .execute();
  const latest = await db
    .selectFrom('requests as r')
    .innerJoin('execution_tasks as t', 't.request_id', 'r.id')
    .select(['r.strategy_id', 'r.provider'])
    .select(sql<Date>`max(t.created_at)`.as('enqueued_at'))
    .select(sql<Date>`max(coalesce(t.submitted_at, t.created_at))`.as('submitted_at'))
    .where('t.state', 'not in', [TaskState.failed, TaskState.denied])
    .groupBy(['r.strategy_id', 'r.provider'])
    .execute();
  return strategies.flatMap(({ id, slug, version, document }) => {
    const { staleAfterDays } = document.cadence;
    const known = latest.filter((one) => one.strategy_id === id);
    const providers = document.providers
      .map(({ provider }) => provider)
      .filter((name) => isStale(known.find((one) => one.provider === name)?.enqueued_at ?? null, now, staleAfterDays));
    if (providers.length === 0) return [];
    const times = known.map((one) => one.submitted_at.getTime());
    const lastSubmittedAt = times.length === 0 ? null : new Date(Math.max(...times));
    return [{ strategyId: id, slug, name: document.name, version, providers, lastSubmittedAt, staleAfterDays }];
  });
}
