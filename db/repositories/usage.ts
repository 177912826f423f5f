import { type Kysely, sql } from 'kysely';
import type { UsageRecord, UsageRepository } from '../../src/ports/repositories.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';

/** Binds the usage port to a database. */
export function createUsageRepository(db: Kysely<DB>): UsageRepository {
  return withTranslatedErrors<UsageRepository>({
    put: (record) => putUsage(db, record),
    listByTask: (taskId) => listUsage(db, taskId),
    totals: (strategyId, provider) => usageTotals(db, strategyId, provider),
  });
}

async function putUsage(db: Kysely<DB>, record: UsageRecord): Promise<void> {
  const { callId, taskId, inputTokens, outputTokens, costUsd, at, ...same } = record;
  const values = {
    ...same,
    task_id: taskId,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cost_usd: costUsd,
    called_at: at,
  };
  await db
    .insertInto('llm_usage')
    .values({ call_id: callId, ...values })
    .onConflict((conflict) => conflict.column('call_id').doUpdateSet(values))
    .execute();
}

/** Oldest first. */
async function listUsage(db: Kysely<DB>, taskId: string): Promise<readonly UsageRecord[]> {
  if (!isUuid(taskId)) return [];
  return await db
    .selectFrom('llm_usage')
    .select(['call_id as callId', 'task_id as taskId', 'provider', 'mode', 'model', 'state'])
    .select(['input_tokens as inputTokens', 'output_tokens as outputTokens', 'cost_usd as costUsd', 'called_at as at'])
    .where('task_id', '=', taskId)
    .orderBy('called_at')
    .orderBy('call_id')
    .execute();
}

/** A refused call was not paid and does not count; a started one is on its way to be paid and does. */
async function usageTotals(
  db: Kysely<DB>,
  strategyId: string,
  provider: UsageRecord['provider'],
): ReturnType<UsageRepository['totals']> {
  return await db
    .selectFrom('llm_usage as u')
    .innerJoin('execution_tasks as t', 't.id', 'u.task_id')
    .innerJoin('requests as r', 'r.id', 't.request_id')
    .select((eb) => eb.fn.countAll<number>().as('calls'))
    // Sums of bigint are numeric in SQL, which would arrive as text.
    .select(sql<number>`coalesce(sum(u.input_tokens), 0)::bigint`.as('inputTokens'))
    .select(sql<number>`coalesce(sum(u.output_tokens), 0)::bigint`.as('outputTokens'))
    .select(sql<string>`coalesce(sum(u.cost_usd), 0)`.as('costUsd'))
    .where('r.strategy_id', '=', strategyId)
    .where('r.provider', '=', provider)
    .where('u.state', '!=', 'refused')
    .executeTakeFirstOrThrow();
}
