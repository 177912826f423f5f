import { hostname } from 'node:os';
import protocol from '@temporalio/proto';
import { connectTemporal } from '../adapters/temporal/connection.ts';
import { loadConfig } from '../config.ts';
import { FoliosError } from '../contracts/errors.ts';
import { WORKFLOW_TASK_QUEUE } from '../contracts/task-queues.ts';
import { fatalMessage } from './fatal.ts';
import { temporalSettings } from './temporal-settings.ts';

/** A poll lasts about a minute; two missed ones mean that the worker hangs or is cut off. */
const MAX_SILENCE_MS = 150_000;

/** Whether a worker of this machine asks Temporal for work; the health check of the worker's container. */
async function main(): Promise<void> {
  const temporal = await connectTemporal(temporalSettings(loadConfig()));
  try {
    const { pollers } = await temporal.connection.workflowService.describeTaskQueue({
      namespace: temporal.namespace,
      taskQueue: { name: WORKFLOW_TASK_QUEUE },
      taskQueueType: protocol.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    });
    const own = (pollers ?? []).filter(({ identity }) => identity?.endsWith(`@${hostname()}`));
    const lastPoll = Math.max(0, ...own.map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000));
    if (Date.now() - lastPoll > MAX_SILENCE_MS) {
      throw new FoliosError(
        'STACK_NOT_RUNNING',
        `no worker of ${hostname()} polls the queue ${WORKFLOW_TASK_QUEUE}`,
        {},
      );
    }
  } finally {
    await temporal.close();
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${fatalMessage(error)}\n`);
  process.exitCode = 1;
}
