import type { Kysely, Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { ProviderMode, type ProviderName } from '../../src/domain/research/provider.ts';
import { isTaskEnded, TaskEvent } from '../../src/domain/research/task-state.ts';
import type { ResearchRepository, SubmissionIntent, TaskRound } from '../../src/ports/repositories.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson } from '../storable.ts';
import { lockTask, taskRecords, transitionTask } from './tasks.ts';

const COLUMNS = [
  ...(['task_id as taskId', 'round', 'key', 'item_count as itemCount', 'payload', 'model'] as const),
  ...(['intended_at as intendedAt', 'attempted_at as attemptedAt', 'attempts'] as const),
  'provider_job_id as providerJobId',
] as const;

/** The intent of one round, or null. */
export async function findIntent(db: Kysely<DB>, taskId: string, round: number): Promise<SubmissionIntent | null> {
  if (!isUuid(taskId)) return null;
  const found = await db
    .selectFrom('submission_intents')
    .select(COLUMNS)
    .where('task_id', '=', taskId)
    .where('round', '=', round)
    .executeTakeFirst();
  return found ?? null;
}

/** A task and the intent of one round, or null without such a task. */
export async function findRound(db: Kysely<DB>, taskId: string, round: number): Promise<TaskRound | null> {
  if (!isUuid(taskId)) return null;
  const row = await taskRecords(db)
    .leftJoin('submission_intents as i', (join) => join.onRef('i.task_id', '=', 't.id').on('i.round', '=', round))
    .select(['i.key', 'i.item_count as itemCount', 'i.payload', 'i.model as intentModel', 'i.attempts'])
    .select(['i.intended_at as intendedAt', 'i.attempted_at as attemptedAt', 'i.provider_job_id as intentJobId'])
    .where('t.id', '=', taskId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { key, itemCount, payload, intentModel, attempts, intendedAt, attemptedAt, intentJobId, ...task } = row;
  if (key === null) return { task, intent: null };
  const sent = { itemCount, payload, model: intentModel, intendedAt, attemptedAt, attempts };
  // The columns of a joined row are all there where its key is.
  return { task, intent: { taskId, round, key, ...sent, providerJobId: intentJobId } as SubmissionIntent };
}

/** Commits the first intent of a round, later ones change nothing; and moves the task on. TASK_NOT_FOUND. */
export async function commitIntent(
  trx: Transaction<DB>,
  intent: Parameters<ResearchRepository['commitIntent']>[0],
  event: Parameters<ResearchRepository['commitIntent']>[1],
): Promise<SubmissionIntent> {
  const facts = { at: intent.intendedAt, round: intent.round };
  const task = await lockTask(trx, intent.taskId);
  await transitionTask(trx, task, event, facts);
  const committed = await trx
    .insertInto('submission_intents')
    .values({
      task_id: intent.taskId,
      round: intent.round,
      key: intent.key,
      provider: task.provider,
      mode: task.mode,
      item_count: intent.itemCount,
      payload: storableJson(intent.payload),
      model: intent.model,
      intended_at: intent.intendedAt,
    })
    .onConflict((conflict) => conflict.columns(['task_id', 'round']).doNothing())
    .returning(COLUMNS)
    .executeTakeFirst();
  return committed ?? (await requireIntent(trx, intent.taskId, intent.round));
}

/** Counts one more submit call. TASK_STATE_CONFLICT if nothing was intended. */
export async function markAttempt(db: Kysely<DB>, taskId: string, round: number, at: Date): Promise<SubmissionIntent> {
  const marked = isUuid(taskId)
    ? await db
        .updateTable('submission_intents')
        .set((eb) => ({ attempts: eb('attempts', '+', 1), attempted_at: at }))
        .where('task_id', '=', taskId)
        .where('round', '=', round)
        .returning(COLUMNS)
        .executeTakeFirst()
    : undefined;
  if (marked === undefined) throw noIntent(taskId, round);
  return marked;
}

/**
 * The first id of a round stays. Another id for the same batch means that it was submitted twice, which must not pass in
 * silence: TASK_STATE_CONFLICT. A direct call may have been repeated after a crash; its first answer is used.
 */
export async function recordSubmission(
  trx: Transaction<DB>,
  submission: { taskId: string; round: number; providerJobId: string; at: Date },
): Promise<void> {
  const { taskId, round, providerJobId, at } = submission;
  const task = await lockTask(trx, taskId);
  const intent = await requireIntent(trx, taskId, round);
  const isSecond = intent.providerJobId !== null && intent.providerJobId !== providerJobId;
  if (isSecond && task.mode === ProviderMode.batch) {
    throw new FoliosError(
      'TASK_STATE_CONFLICT',
      `task ${taskId} already has the batch ${intent.providerJobId}; ${providerJobId} is a second one`,
      { taskId, round, providerJobId: intent.providerJobId, secondJobId: providerJobId },
    );
  }
  if (intent.providerJobId === null) {
    await trx
      .updateTable('submission_intents')
      .set({ provider_job_id: providerJobId })
      .where('task_id', '=', taskId)
      .where('round', '=', round)
      .execute();
  }
  // A late answer to an earlier question, or of a task that was ended meanwhile, is known of and moves nothing.
  if (round < task.round || isTaskEnded(task.state)) return;
  await transitionTask(trx, task, TaskEvent.submitted, { at, providerJobId: intent.providerJobId ?? providerJobId });
}

/** Whether another task, in any of its rounds, has this job. */
export async function isClaimed(
  db: Kysely<DB>,
  provider: ProviderName,
  providerJobId: string,
  exceptTaskId: string,
): Promise<boolean> {
  const claims = await db
    .selectFrom('submission_intents')
    .select('task_id as id')
    .where('provider', '=', provider)
    .where('provider_job_id', '=', providerJobId)
    .unionAll(
      db
        .selectFrom('execution_tasks')
        .select('id')
        .where('provider', '=', provider)
        .where('provider_job_id', '=', providerJobId),
    )
    .execute();
  return claims.some(({ id }) => id !== exceptTaskId);
}

async function requireIntent(trx: Transaction<DB>, taskId: string, round: number): Promise<SubmissionIntent> {
  const intent = await findIntent(trx, taskId, round);
  if (intent === null) throw noIntent(taskId, round);
  return intent;
}

function noIntent(taskId: string, round: number): FoliosError {
  return new FoliosError('TASK_STATE_CONFLICT', `task ${taskId} has no submission intent of round ${round}`, {
    taskId,
    round,
  });
}
