import { hostname } from 'node:os';
import { connectTemporal } from '../adapters/temporal/connection.ts';
import { loadConfig } from '../config.ts';
import { FoliosError } from '../contracts/errors.ts';
import { WORKFLOW_TASK_QUEUE } from '../contracts/task-queues.ts';
import { fatalMessage } from './fatal.ts';
import { lastPollOf, MAX_SILENCE_MS } from './pollers.ts';
import { temporalSettings } from './temporal-settings.ts';

/** Whether a worker of this machine asks Temporal for work; the health check of the worker's container. */
async function main(): Promise<void> {
  const temporal = await connectTemporal(temporalSettings(loadConfig()));
  try {
    const isOwn = (identity: string) => identity.endsWith(`@${hostname()}`);
    const lastPoll = await lastPollOf(temporal, WORKFLOW_TASK_QUEUE, 'workflow', isOwn);
    if (Date.now() - (lastPoll?.getTime() ?? 0) > MAX_SILENCE_MS) {
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
