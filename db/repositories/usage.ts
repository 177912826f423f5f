import { type Kysely, sql, type Transaction } from 'kysely';
import { PriceBasis } from '../../src/domain/llm/pricing.ts';
import type { UsageRecord, UsageRepository } from '../../src/ports/repositories.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';

/** Binds the usage port to a database. */
export function createUsageRepository(db: Kysely<DB>): UsageRepository {
  return withTranslatedErrors<UsageRepository>({
    put: (record) => db.transaction().execute((trx) => putUsage(trx, record)),
    listByTask: (taskId) => listUsage(db, taskId),
    totals: (strategyId, provider) => usageTotals(db, strategyId, provider),
  });
}

async function putUsage(trx: Transaction<DB>, record: UsageRecord): Promise<void> {
  const { callId, taskId, inputTokens, cachedInputTokens, outputTokens, costUsd, priceBasis, at, ...same } = record;
  const values = {
    ...same,
    task_id: taskId,
    input_tokens: inputTokens,
    cached_input_tokens: cachedInputTokens ?? 0,
    output_tokens: outputTokens,
    cost_usd: costUsd,
    price_basis: priceBasis ?? PriceBasis.listed,
    called_at: at,
  };
  await trx
    .insertInto('llm_usage')
    .values({ call_id: callId, ...values })
    .onConflict((conflict) => conflict.column('call_id').doUpdateSet(values))
    .execute();
  await settleReservation(trx, record);
}

/** What a call really cost takes the place of its upper bound. A presumed call without a known cost keeps the bound. */
async function settleReservation(trx: Transaction<DB>, { callId, state, costUsd, at }: UsageRecord): Promise<void> {
  if (state === 'started') return;
  const isRefused = state === 'refused';
  const isUnknown = state === 'presumed' && Number(costUsd) === 0;
  await trx
    .updateTable('llm_reservations')
    .set({
      state: isRefused ? 'released' : 'settled',
      settled_usd: isRefused ? null : isUnknown ? sql<string>`reserved_usd` : costUsd,
      ended_at: at,
    })
    .where('call_id', '=', callId)
    .execute();
}

/** Oldest first. */
async function listUsage(db: Kysely<DB>, taskId: string): Promise<readonly UsageRecord[]> {
  if (!isUuid(taskId)) return [];
  const rows = await db
    .selectFrom('llm_usage')
    .select(['call_id as callId', 'task_id as taskId', 'provider', 'mode', 'model', 'state'])
    .select(['input_tokens as inputTokens', 'output_tokens as outputTokens', 'cost_usd as costUsd', 'called_at as at'])
    .select(['cached_input_tokens as cachedInputTokens', 'price_basis as priceBasis'])
    .where('task_id', '=', taskId)
    .orderBy('called_at')
    .orderBy('call_id')
    .execute();
  return rows.map(({ cachedInputTokens, priceBasis, ...call }) => ({
    ...call,
    ...(cachedInputTokens > 0 ? { cachedInputTokens } : {}),
    ...(priceBasis === PriceBasis.fallback ? { priceBasis } : {}),
  }));
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
