import protocol from '@temporalio/proto';
import type { TemporalLink } from '../adapters/temporal/connection.ts';

const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } = protocol.temporal.api.enums.v1.TaskQueueType;

/** A poll lasts about a minute; two missed ones mean that a worker hangs or is cut off. */
export const MAX_SILENCE_MS = 150_000;

/** When a worker whose identity fits last asked Temporal for work of a queue; null if none did lately. */
export async function lastPollOf(
  { connection, namespace }: TemporalLink,
  queue: string,
  kind: 'workflow' | 'activity',
  fits: (identity: string) => boolean,
): Promise<Date | null> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: queue },
    taskQueueType: kind === 'workflow' ? TASK_QUEUE_TYPE_WORKFLOW : TASK_QUEUE_TYPE_ACTIVITY,
  });
  const times = (pollers ?? [])
    .filter(({ identity }) => fits(identity ?? ''))
    .map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000);
  return times.length === 0 ? null : new Date(Math.max(...times));
}
