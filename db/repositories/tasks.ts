import { type Kysely, sql, type Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { AlertKind } from '../../src/domain/alerts/alert.ts';
import { isTaskEnded, nextTaskState, TaskEvent, TaskState } from '../../src/domain/research/task-state.ts';
import type { ResearchRepository, TaskRecord } from '../../src/ports/repositories.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';
import { raiseAlert } from './raise-alert.ts';

const MAX_LISTED = 10_000;

export function taskRecords(db: Kysely<DB>) {
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

/** What decides about a task and what an event changes of it. */
export type LockedTask = Pick<
  TaskRecord,
  | ('taskId' | 'provider' | 'mode' | 'state' | 'round' | 'providerJobId' | 'submittedAt' | 'endedAt')
  | ('failureCode' | 'failureReason')
>;

/** Locks a task's row until the transaction ends. TASK_NOT_FOUND. */
export async function lockTask(trx: Transaction<DB>, taskId: string): Promise<LockedTask> {
  const row = isUuid(taskId)
    ? await trx
        .selectFrom('execution_tasks')
        .select(['id as taskId', 'provider', 'mode', 'state', 'round', 'provider_job_id as providerJobId'])
        .select(['submitted_at as submittedAt', 'ended_at as endedAt'])
        .select(['failure_code as failureCode', 'failure_reason as failureReason'])
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

/**
 * Applies one event by the domain's table. Repeating an event in its target state keeps the first facts: the first
 * reason of a failure, the first job id of a round.
 */
export async function transitionTask(
  trx: Transaction<DB>,
  task: LockedTask,
  event: TaskEvent,
  facts: Parameters<ResearchRepository['transition']>[2],
): Promise<void> {
  const { taskId } = task;
  const askedAgain = event === TaskEvent.askAgain;
  // A retry of the question that is already being asked again; only its round tells it from a new one.
  if (askedAgain && task.state === TaskState.running && task.round > 0 && facts.round === task.round) return;
  const state = nextTaskState(task.state, event);
  if (state === null) {
    throw new FoliosError('TASK_STATE_CONFLICT', `task ${taskId} is ${task.state}, which does not allow "${event}"`, {
      taskId,
      state: task.state,
      event,
    });
  }
  const failed = state === TaskState.failed || state === TaskState.denied;
  await trx
    .updateTable('execution_tasks')
    .set({
      state,
      round: facts.round ?? (askedAgain ? task.round + 1 : task.round),
      provider_job_id: askedAgain ? null : (task.providerJobId ?? facts.providerJobId ?? null),
      submitted_at: event === TaskEvent.submitted ? (task.submittedAt ?? facts.at) : task.submittedAt,
      ended_at: isTaskEnded(state) ? (task.endedAt ?? facts.at) : null,
      failure_code: failed ? (task.failureCode ?? facts.failureCode ?? 'INTERNAL') : null,
      failure_reason: failed ? (task.failureReason ?? storableReason(facts.failureReason)) : null,
      ...(askedAgain ? { provider_status: null, counts: null } : {}),
    })
    .where('id', '=', taskId)
    .execute();
  if (event === TaskEvent.fail && task.state !== TaskState.failed) await alertFailure(trx, task, facts);
}

/** In the transaction that fails the task: a crash loses both or none. */
async function alertFailure(
  trx: Transaction<DB>,
  { taskId, provider }: LockedTask,
  { at, failureCode, failureReason }: Parameters<ResearchRepository['transition']>[2],
): Promise<void> {
  const { id, slug } = await trx
    .selectFrom('execution_tasks as t')
    .innerJoin('requests as r', 'r.id', 't.request_id')
    .innerJoin('strategies as s', 's.id', 'r.strategy_id')
    .select(['s.id', 's.slug'])
    .where('t.id', '=', taskId)
    .executeTakeFirstOrThrow();
  await raiseAlert(trx, {
    kind: AlertKind.runFailed,
    subject: `the ${provider} job of ${slug} failed: ${failureCode ?? 'INTERNAL'}`,
    text: storableReason(failureReason),
    ...{ strategyId: id, accountId: null, workflowId: `job/${taskId}` },
    dedupeKey: `run_failed/job/${taskId}`,
    at,
  });
}

function storableReason(reason: string | undefined): string {
  return storableText(reason ?? 'no reason was given');
}
