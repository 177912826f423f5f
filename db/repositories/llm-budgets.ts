import { type Kysely, sql, type Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { AlertKind } from '../../src/domain/alerts/alert.ts';
import { budgetDay, exceeded } from '../../src/domain/llm/budget.ts';
import type {
  BudgetReservation,
  BudgetStand,
  CostLine,
  CostQuestion,
  LlmBudget,
  LlmBudgets,
  ReservationAnswer,
} from '../../src/ports/budgets.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';
import { raiseAlert } from './raise-alert.ts';

/** Binds the budgets' port to a database. */
export function createLlmBudgets(db: Kysely<DB>): LlmBudgets {
  return withTranslatedErrors<LlmBudgets>({
    reserve: (reservation) => db.transaction().execute((trx) => reserve(trx, reservation)),
    async release(callId, at) {
      await db
        .updateTable('llm_reservations')
        .set({ state: 'released', ended_at: at })
        .where('call_id', '=', callId)
        .where('state', '=', 'reserved')
        .execute();
    },
    set: (budget) => setBudget(db, budget),
    list: (now) => standsOf(db, budgetDay(now)),
    costs: (question) => costLines(db, question),
  });
}

/** One reservation after the other: what is left is read by nobody while somebody takes of it. */
async function reserve(trx: Transaction<DB>, reservation: BudgetReservation): Promise<ReservationAnswer> {
  const { callId, taskId, strategyId, upperBoundUsd, at } = reservation;
  await sql`select pg_advisory_xact_lock(hashtextextended('llm-budget', 0))`.execute(trx);
  const known = await trx
    .selectFrom('llm_reservations')
    .select('state')
    .where('call_id', '=', callId)
    .executeTakeFirst();
  // A killed submit has reserved already: its call may have taken place, and is not counted twice.
  if (known && known.state !== 'released') return { granted: true };
  const day = budgetDay(at);
  for (const stand of await standsOf(trx, day, strategyId)) {
    const problem = exceeded(stand, upperBoundUsd);
    if (problem === null) continue;
    await raiseAlert(trx, {
      kind: AlertKind.budgetExhausted,
      subject: `the model budget of ${stand.strategySlug ?? 'the service'} does not allow a call`,
      text: problem,
      ...{ strategyId, accountId: null, workflowId: `job/${taskId}` },
      dedupeKey: `budget_exhausted/${stand.strategyId ?? 'service'}/${strategyId}/${day}`,
      at,
    });
    return { granted: false, reason: problem };
  }
  const values = {
    task_id: taskId,
    strategy_id: strategyId,
    day,
    state: 'reserved',
    reserved_usd: upperBoundUsd,
    settled_usd: null,
    reserved_at: at,
    ended_at: null,
  } as const;
  await trx
    .insertInto('llm_reservations')
    .values({ call_id: callId, ...values })
    .onConflict((conflict) => conflict.column('call_id').doUpdateSet(values))
    .execute();
  return { granted: true };
}

async function setBudget(db: Kysely<DB>, { strategyId, dailyUsd, setBy, setAt }: LlmBudget): Promise<void> {
  const known =
    strategyId === null ||
    (isUuid(strategyId) &&
      (await db.selectFrom('strategies').select('id').where('id', '=', strategyId).executeTakeFirst()) !== undefined);
  if (!known) throw new FoliosError('STRATEGY_NOT_FOUND', `no strategy has the id ${strategyId}`, { strategyId });
  await db
    .insertInto('llm_budgets')
    .values({ strategy_id: strategyId, daily_usd: dailyUsd, set_by: storableText(setBy, 200), set_at: setAt })
    .execute();
}

/** The newest budget of each scope with what the day has taken of it: all of them, or the two that hold for one strategy. */
async function standsOf(
  db: Kysely<DB>,
  day: string,
  strategyId: string | null = null,
): Promise<readonly BudgetStand[]> {
  const newest = db
    .selectFrom('llm_budgets as b')
    .leftJoin('strategies as s', 's.id', 'b.strategy_id')
    .distinctOn('b.strategy_id')
    .select(['b.strategy_id as strategyId', 's.slug as strategySlug', 'b.daily_usd as dailyUsd'])
    .select(['b.set_by as setBy', 'b.set_at as setAt'])
    .$if(strategyId !== null, (query) =>
      query.where((where) =>
        where.or([where('b.strategy_id', 'is', null), where('b.strategy_id', '=', strategyId ?? null)]),
      ),
    )
    .orderBy('b.strategy_id', (order) => order.asc().nullsFirst())
    .orderBy('b.id', 'desc');
  const taken = await takenOn(db, day);
  const rows = await newest.execute();
  return rows
    .filter(({ dailyUsd }) => dailyUsd !== null)
    .map((row) => ({ ...row, day, ...(taken.get(row.strategyId) ?? { spentUsd: '0', reservedUsd: '0' }) }));
}

/** What a day's calls have taken, by strategy; of all of them under null. */
async function takenOn(
  db: Kysely<DB>,
  day: string,
): Promise<ReadonlyMap<string | null, { spentUsd: string; reservedUsd: string }>> {
  const { rows } = await sql<{ strategyId: string | null; spentUsd: string; reservedUsd: string }>`
    select strategy_id as "strategyId",
      coalesce(sum(settled_usd) filter (where state = 'settled'), 0) as "spentUsd",
      coalesce(sum(reserved_usd) filter (where state = 'reserved'), 0) as "reservedUsd"
    from llm_reservations where day = ${day}::date
    group by grouping sets ((strategy_id), ())
  `.execute(db);
  return new Map(rows.map(({ strategyId, ...taken }) => [strategyId, taken]));
}

async function costLines(db: Kysely<DB>, { strategyIds, since, limit }: CostQuestion): Promise<readonly CostLine[]> {
  if (strategyIds !== null && strategyIds.length === 0) return [];
  return await db
    .selectFrom('llm_usage as u')
    .innerJoin('execution_tasks as t', 't.id', 'u.task_id')
    .innerJoin('requests as r', 'r.id', 't.request_id')
    .innerJoin('strategies as s', 's.id', 'r.strategy_id')
    .select(sql<string>`to_char(u.called_at at time zone 'UTC', 'YYYY-MM-DD')`.as('day'))
    .select(['r.strategy_id as strategyId', 's.slug as strategySlug', 'u.provider', 'u.mode', 'u.model', 't.simulated'])
    .select((eb) => eb.fn.countAll<number>().as('calls'))
    .select(sql<number>`coalesce(sum(u.input_tokens), 0)::bigint`.as('inputTokens'))
    .select(sql<number>`coalesce(sum(u.cached_input_tokens), 0)::bigint`.as('cachedInputTokens'))
    .select(sql<number>`coalesce(sum(u.output_tokens), 0)::bigint`.as('outputTokens'))
    .select(sql<string>`coalesce(sum(u.cost_usd), 0)`.as('costUsd'))
    .select(sql<number>`count(*) filter (where u.price_basis = 'fallback')`.as('fallbackPricedCalls'))
    .where('u.called_at', '>=', since)
    .where('u.state', '!=', 'refused')
    .$if(strategyIds !== null, (query) => query.where('r.strategy_id', 'in', strategyIds ?? []))
    .groupBy(['day', 'r.strategy_id', 's.slug', 'u.provider', 'u.mode', 'u.model', 't.simulated'])
    .orderBy('day', 'desc')
    .orderBy('s.slug')
    .orderBy('u.provider')
    .orderBy('u.mode')
    .orderBy('u.model')
    .limit(limit)
    .execute();
}
