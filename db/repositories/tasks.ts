import { type Kysely, sql, type Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { isTaskEnded, nextTaskState, TaskEvent, TaskState } from '../../src/domain/research/task-state.ts';
import type { ResearchRepository, TaskRecord } from '../../src/ports/repositories.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';

const MAX_LISTED = 10_000;

function taskRecords(db: Kysely<DB>) {
  return db
    .selectFrom('execution_tasks as t')
    .innerJoin('requests as r', 'r.id', 't.request_id')
    .innerJoin('strategies as s', 's.id', 'r.strategy_id')
    .select(['t.id as taskId', 'r.id as requestId', 'r.request_group_id as requestGroupId'])
    .select(['s.id as strategyId', 's.slug as strategySlug', 'r.strategy_version as strategyVersion'])
    .select(['t.provider', 't.mode', 't.model', 't.state', 'r.as_of as asOf', 't.simulated', 't.round'])
    .select(['t.provider_job_id as providerJobId', 't.provider_status as providerStatus', 't.counts'])
    .select(['t.poll_count as pollCount', 't.last_polled_at as lastPolledAt'])
    .select(['t.failure_code as failureCode', 't.failure_reason as failureReason'])
    .select(['t.created_at as createdAt', 't.submitted_at as submittedAt', 't.ended_at as endedAt'])
    .select('t.executed_at as executedAt');
}

/** One task, or null. */
export async function findTask(db: Kysely<DB>, taskId: string): Promise<TaskRecord | null> {
  if (!isUuid(taskId)) return null;
  return (await taskRecords(db).where('t.id', '=', taskId).executeTakeFirst()) ?? null;
}

/** Tasks that meet every condition given, newest first, those of one moment by provider. */
export async function listTasks(
  db: Kysely<DB>,
  filter: Parameters<ResearchRepository['listTasks']>[0],
): Promise<readonly TaskRecord[]> {
  let query = taskRecords(db);
  if (filter.states !== undefined) query = query.where('t.state', '=', sql<TaskState>`any(${[...filter.states]})`);
  if (filter.strategyId !== undefined) query = query.where('s.id', '=', filter.strategyId);
  if (filter.provider !== undefined) query = query.where('t.provider', '=', filter.provider);
  if (filter.requestGroupId !== undefined) query = query.where('r.request_group_id', '=', filter.requestGroupId);
  if (filter.ready === true)
    query = query.where('t.state', '=', TaskState.succeeded).where('t.executed_at', 'is', null);
  return await query
    .orderBy('t.created_at', 'desc')
    .orderBy('t.provider')
    .orderBy('t.id')
    .limit(filter.limit ?? MAX_LISTED)
    .execute();
}

/** Locks a task's row until the transaction ends and returns what decides about it. TASK_NOT_FOUND. */
export async function lockTask(
  trx: Transaction<DB>,
  taskId: string,
): Promise<Pick<TaskRecord, 'provider' | 'mode' | 'round'>> {
  const row = isUuid(taskId)
    ? await trx
        .selectFrom('execution_tasks')
        .select(['provider', 'mode', 'round'])
        .where('id', '=', taskId)
        .forUpdate()
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw taskNotFound(taskId);
  return row;
}

export function taskNotFound(taskId: string): FoliosError {
  return new FoliosError('TASK_NOT_FOUND', `no execution task has the id ${taskId}`, { taskId });
}

async function lockTaskRecord(trx: Transaction<DB>, taskId: string): Promise<TaskRecord> {
  const row = isUuid(taskId)
    ? await taskRecords(trx).where('t.id', '=', taskId).forUpdate('t').executeTakeFirst()
    : undefined;
  if (row === undefined) throw taskNotFound(taskId);
  return row;
}

/**
 * Applies one event by the domain's table. Repeating an event in its target state keeps the first facts: the first
 * reason of a failure, the first job id of a round.
 */
export async function transitionTask(
  trx: Transaction<DB>,
  taskId: string,
  event: TaskEvent,
  facts: Parameters<ResearchRepository['transition']>[2],
): Promise<TaskRecord> {
  const task = await lockTaskRecord(trx, taskId);
  const askedAgain = event === TaskEvent.askAgain;
  // A retry of the question that is already being asked again; only its round tells it from a new one.
  if (askedAgain && task.state === TaskState.running && task.round > 0 && facts.round === task.round) return task;
  const state = nextTaskState(task.state, event);
  if (state === null) {
    throw new FoliosError('TASK_STATE_CONFLICT', `task ${taskId} is ${task.state}, which does not allow "${event}"`, {
      taskId,
      state: task.state,
      event,
    });
  }
  const failed = state === TaskState.failed;
  const changed = {
    state,
    round: facts.round ?? (askedAgain ? task.round + 1 : task.round),
    providerJobId: askedAgain ? null : (task.providerJobId ?? facts.providerJobId ?? null),
    submittedAt: event === TaskEvent.submitted ? (task.submittedAt ?? facts.at) : task.submittedAt,
    endedAt: isTaskEnded(state) ? (task.endedAt ?? facts.at) : null,
    failureCode: failed ? (task.failureCode ?? facts.failureCode ?? 'INTERNAL') : null,
    failureReason: failed ? (task.failureReason ?? storableReason(facts.failureReason)) : null,
    ...(askedAgain ? { providerStatus: null, counts: null } : {}),
  };
  await trx
    .updateTable('execution_tasks')
    .set({
      state,
      round: changed.round,
      provider_job_id: changed.providerJobId,
      submitted_at: changed.submittedAt,
      ended_at: changed.endedAt,
      failure_code: changed.failureCode,
      failure_reason: changed.failureReason,
      ...(askedAgain ? { provider_status: null, counts: null } : {}),
    })
    .where('id', '=', taskId)
    .execute();
  return { ...task, ...changed };
}

function storableReason(reason: string | undefined): string {
  return storableText(reason ?? 'no reason was given');
}
