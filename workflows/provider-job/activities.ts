import { ActivityCancellationType, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type {
  JobProviderActivities,
  JobRecordActivities,
  JobTask,
} from '../../src/contracts/activities/provider-job.ts';
import { llmTaskQueue } from '../../src/contracts/task-queues.ts';

const record = (summary: string) =>
  proxyActivities<JobRecordActivities>({
    startToCloseTimeout: '10 seconds',
    retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
    summary,
  });

/** Steps on our own database and artifact store: short, repeated until they work. */
export const records = {
  open: record('load the task, write prompt and payload, commit the intent').openJob,
  prepare: record('write prompt and payload, commit the intent').prepareSubmission,
  fail: record('record the failure').failTask,
};

/** The steps that call the task's provider, on its own queue, with the retry rules that keep one task one job. */
export function providerSteps(task: JobTask) {
  const at = `${task.provider} (${task.mode}${task.simulated ? ', simulated' : ''})`;
  const call = (options: ActivityOptions, summary: string) =>
    proxyActivities<JobProviderActivities>({ taskQueue: llmTaskQueue(task.provider), summary, ...options });

  // One attempt: whether a lost submit took effect is for `reconcile` to find out, never for a blind retry. Its answer
  // is waited for even while the job is being cancelled, since a batch must be known to be cancelled.
  const once: ActivityOptions = {
    startToCloseTimeout: task.mode === 'batch' ? '3 minutes' : '15 minutes',
    heartbeatTimeout: '8 seconds',
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  };
  // These wait by failing with a next retry delay, which costs no history however long it takes.
  const waiting: ActivityOptions = {
    startToCloseTimeout: '15 seconds',
    scheduleToCloseTimeout: task.jobTimeoutMs,
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  };
  const reading: ActivityOptions = {
    startToCloseTimeout: '2 minutes',
    heartbeatTimeout: '8 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute', maximumAttempts: 20 },
  };
  const keeping: ActivityOptions = {
    ...reading,
    scheduleToCloseTimeout: task.jobTimeoutMs,
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  };
  return {
    submit: call(once, `submit to ${at}`).submitJob,
    reconcile: call(waiting, `look for the job at ${at}`).reconcileSubmission,
    awaitEnd: call(waiting, `await ${at}`).awaitJob,
    poll: call({ startToCloseTimeout: '10 seconds', retry: { maximumAttempts: 1 } }, `poll ${at} now`).pollJob,
    // An answer that was paid for waits at the provider until our store takes it, not only for the length of 20 attempts.
    harvest: call(keeping, `harvest ${at}, parse and validate`).harvestJob,
    cancel: call(reading, `cancel at ${at}`).cancelJob,
  };
}
export type ProviderSteps = ReturnType<typeof providerSteps>;
