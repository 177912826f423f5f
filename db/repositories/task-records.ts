import type { Kysely, Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import type { Recommendation } from '../../src/domain/research/recommendation.ts';
import type { ArtifactRecord, PollRecord } from '../../src/ports/repositories.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson, storableText } from '../storable.ts';
import { lockTask } from './tasks.ts';

const POLLS_KEPT = 100;

/** Keeps one poll's findings on the task and in its history, whose oldest rows go beyond 100. TASK_NOT_FOUND. */
export async function recordPoll(trx: Transaction<DB>, taskId: string, poll: PollRecord): Promise<void> {
  const status = storableText(poll.providerStatus);
  const counts = poll.counts === null ? null : storableJson(poll.counts);
  const updated = await trx
    .updateTable('execution_tasks')
    .set((eb) => ({
      poll_count: eb('poll_count', '+', 1),
      last_polled_at: poll.at,
      provider_status: status,
      counts,
    }))
    .where('id', '=', taskId)
    .returning('poll_count')
    .executeTakeFirst();
  if (updated === undefined)
    throw new FoliosError('TASK_NOT_FOUND', `no execution task has the id ${taskId}`, { taskId });
  await trx
    .insertInto('task_polls')
    .values({ task_id: taskId, polled_at: poll.at, provider_status: status, counts })
    .execute();
  if (updated.poll_count <= POLLS_KEPT) return;
  await trx
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

/** Adds a row unless the newest one of that name already says the same. TASK_NOT_FOUND. */
export async function recordArtifact(trx: Transaction<DB>, artifact: ArtifactRecord): Promise<void> {
  const { taskId, requestId, name, uri, sha256, bytes, mediaType } = artifact;
  await lockTask(trx, taskId);
  const newest = await trx
    .selectFrom('artifacts')
    .select(['uri', 'sha256'])
    .where('task_id', '=', taskId)
    .where('name', '=', name)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (newest?.sha256 === sha256 && newest.uri === uri) return;
  await trx
    .insertInto('artifacts')
    .values({ request_id: requestId, task_id: taskId, name, uri, sha256, bytes, media_type: mediaType })
    .execute();
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

/** Replaces all of a task's recommendations, in the order given. TASK_NOT_FOUND. */
export async function saveRecommendations(
  trx: Transaction<DB>,
  taskId: string,
  recommendations: readonly Recommendation[],
): Promise<void> {
  await lockTask(trx, taskId);
  await trx.deleteFrom('recommendations').where('task_id', '=', taskId).execute();
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
