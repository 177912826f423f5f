import { type Kysely, sql, type Transaction } from 'kysely';
import type { Recommendation } from '../../src/domain/research/recommendation.ts';
import { TaskEvent, TaskState } from '../../src/domain/research/task-state.ts';
import type { ArtifactRecord, PollRecord } from '../../src/ports/repositories.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson, storableText } from '../storable.ts';
import { lockTask, taskNotFound, transitionTask } from './tasks.ts';

const POLLS_KEPT = 100;

/**
 * Keeps one poll's findings on the task and in its history, in one statement; there the oldest rows go beyond 100.
 * TASK_NOT_FOUND.
 */
export async function recordPoll(db: Kysely<DB>, taskId: string, poll: PollRecord): Promise<void> {
  if (!isUuid(taskId)) throw taskNotFound(taskId);
  const status = storableText(poll.providerStatus);
  const counts = poll.counts === null ? null : storableJson(poll.counts);
  const updated = await db
    .with('polled', (cte) =>
      cte
        .updateTable('execution_tasks')
        .set((eb) => ({
          poll_count: eb('poll_count', '+', 1),
          last_polled_at: poll.at,
          provider_status: status,
          counts,
        }))
        .where('id', '=', taskId)
        .returning(['id', 'poll_count', 'last_polled_at', 'provider_status', 'counts']),
    )
    .with('kept', (cte) =>
      cte
        .insertInto('task_polls')
        .columns(['task_id', 'polled_at', 'provider_status', 'counts'])
        .expression((eb) =>
          eb.selectFrom('polled').select(['id', sql<Date>`last_polled_at`.as('at'), 'provider_status', 'counts']),
        ),
    )
    .selectFrom('polled')
    .select('poll_count')
    .executeTakeFirst();
  if (updated === undefined) throw taskNotFound(taskId);
  if (updated.poll_count > POLLS_KEPT) await deleteOldPolls(db, taskId);
}

async function deleteOldPolls(db: Kysely<DB>, taskId: string): Promise<void> {
  await db
    .deleteFrom('task_polls')
    .where('task_id', '=', taskId)
    .where('id', '<=', (eb) =>
      eb
        .selectFrom('task_polls')
        .select('id')
        .where('task_id', '=', taskId)
        .orderBy('id', 'desc')
        .offset(POLLS_KEPT)
        .limit(1),
    )
    .execute();
}

/** Oldest first. */
export async function listPolls(db: Kysely<DB>, taskId: string): Promise<readonly PollRecord[]> {
  if (!isUuid(taskId)) return [];
  return await db
    .selectFrom('task_polls')
    .select(['polled_at as at', 'provider_status as providerStatus', 'counts'])
    .where('task_id', '=', taskId)
    .orderBy('id')
    .execute();
}

/**
 * Adds a row for each file, of different names, unless the newest one of that name already says the same; in one
 * statement, since a run records so many files that one for each would be a good part of its work. TASK_NOT_FOUND.
 */
export async function recordArtifacts(db: Kysely<DB>, artifacts: readonly ArtifactRecord[]): Promise<void> {
  const stranger = artifacts.find(({ taskId }) => !isUuid(taskId));
  if (stranger !== undefined) throw taskNotFound(stranger.taskId);
  await sql`
    insert into artifacts (request_id, task_id, name, uri, sha256, bytes, media_type)
    select "requestId", "taskId", name, uri, sha256, bytes, "mediaType"
    from rows from (jsonb_to_recordset(${storableJson(artifacts)}::jsonb) as (
      "requestId" uuid, "taskId" uuid, name text, uri text, sha256 text, bytes bigint, "mediaType" text
    )) with ordinality as file("requestId", "taskId", name, uri, sha256, bytes, "mediaType", position)
    where not exists (
      select from (
        select newest.uri, newest.sha256 from artifacts newest
        where newest.task_id = file."taskId" and newest.name = file.name order by newest.id desc limit 1
      ) newest
      where newest.uri = file.uri and newest.sha256 = file.sha256
    )
    order by position
  `.execute(db);
}

/** Oldest first. */
export async function listArtifacts(db: Kysely<DB>, taskId: string): Promise<readonly ArtifactRecord[]> {
  if (!isUuid(taskId)) return [];
  return await db
    .selectFrom('artifacts')
    .select([
      'request_id as requestId',
      'task_id as taskId',
      'name',
      'uri',
      'sha256',
      'bytes',
      'media_type as mediaType',
    ])
    .where('task_id', '=', taskId)
    .orderBy('id')
    .execute();
}

/** Replaces all of a task's recommendations, in the order given, and ends the task. TASK_NOT_FOUND. */
export async function saveRecommendations(
  trx: Transaction<DB>,
  taskId: string,
  recommendations: readonly Recommendation[],
  at: Date,
): Promise<void> {
  const task = await lockTask(trx, taskId);
  await transitionTask(trx, task, TaskEvent.succeed, { at });
  const isRepeated = task.state === TaskState.succeeded;
  if (isRepeated) await trx.deleteFrom('recommendations').where('task_id', '=', taskId).execute();
  if (recommendations.length === 0) return;
  await trx
    .insertInto('recommendations')
    .values(
      recommendations.map((one, position) => ({
        task_id: taskId,
        position,
        ticker: one.ticker,
        action: one.action,
        entry_price: one.entryPrice,
        target_price: one.targetPrice,
        stop_loss: one.stopLoss,
        allocation_percent: one.allocationPercent,
        rationale: storableText(one.rationale),
      })),
    )
    .execute();
}

/** In the order in which the provider gave them. */
export async function listRecommendations(db: Kysely<DB>, taskId: string): Promise<readonly Recommendation[]> {
  if (!isUuid(taskId)) return [];
  return await db
    .selectFrom('recommendations')
    .select(['ticker', 'action', 'entry_price as entryPrice', 'target_price as targetPrice'])
    .select(['stop_loss as stopLoss', 'allocation_percent as allocationPercent', 'rationale'])
    .where('task_id', '=', taskId)
    .orderBy('position')
    .execute();
}
