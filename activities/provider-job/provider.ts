import { activityInfo } from '@temporalio/activity';
import type {
  HarvestedJob,
  JobProviderActivities,
  JobRound,
  JobStatus,
  ReconciledSubmission,
} from '../../src/contracts/activities/provider-job.ts';
import { ProviderMode } from '../../src/domain/research/provider.ts';
import { isTaskEnded } from '../../src/domain/research/task-state.ts';
import type { BatchStatus } from '../../src/ports/llm-provider.ts';
import type { SubmissionIntent, TaskRecord } from '../../src/ports/repositories.ts';
import { finalFailure, notYet, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { requireRound, requireTask } from '../require-task.ts';
import { harvest } from './harvest.ts';
import type { JobTimings, ProviderJobPorts } from './ports.ts';
import { batchIntent, recordSubmitted, requireIntended, submit } from './submit.ts';

/** The steps of a provider job that call the provider. Every call is one attempt: patience and repetition are Temporal's. */
export function createJobProviderActivities(ports: ProviderJobPorts): JobProviderActivities {
  return withFailures<JobProviderActivities>({
    submitJob: (attempt) => submit(ports, attempt),
    reconcileSubmission: (round) => reconcile(ports, round),

    async awaitJob(round) {
      const { task, intent } = await requireIntended(ports, round);
      const status = await poll(ports, task, intent);
      if (status.state !== 'working') return status;
      throw notYet(
        'JOB_NOT_ENDED',
        `the provider says ${status.providerStatus}`,
        pollDelayMs(ports.timings(task.provider), activityInfo().attempt),
      );
    },

    async pollJob(round) {
      const { task, intent } = await requireIntended(ports, round);
      return poll(ports, task, intent);
    },
    harvestJob: (round): Promise<HarvestedJob> => withHeartbeat((signal) => harvest(ports, round, signal)),

    async cancelJob(round) {
      const task = await requireTask(ports.research, round.taskId);
      if (isTaskEnded(task.state) || task.mode !== ProviderMode.batch) return;
      const found = await reconcile(ports, round);
      if (found.outcome === 'absent') return;
      await withHeartbeat((signal) => ports.providers.batch(task.provider).cancel(found.providerJobId, signal));
    },
  });
}

/** Grows by half with every attempt: quick answers are seen quickly, long jobs are asked about rarely. */
export function pollDelayMs(timings: JobTimings, attempt: number): number {
  return Math.min(timings.pollMaxIntervalMs, timings.pollIntervalMs * 1.5 ** Math.min(attempt - 1, 60));
}

/** Whether a submission in doubt exists at the provider: found, proven absent, or not known yet (which fails, to be called again). */
async function reconcile(ports: ProviderJobPorts, round: JobRound): Promise<ReconciledSubmission> {
  const { research } = ports;
  const { task, intent } = await requireRound(research, round);
  const timings = ports.timings(task.provider);
  if (!intent || (intent.attempts === 0 && !intent.providerJobId)) return { outcome: 'absent', attempts: 0 };
  if (intent.providerJobId) {
    return { outcome: 'submitted', providerJobId: await recordSubmitted(ports, round, intent.providerJobId) };
  }
  // A direct call leaves nothing behind at the provider: its answer is lost, the call is counted as paid, we ask again.
  if (task.mode !== ProviderMode.batch) return { outcome: 'absent', attempts: intent.attempts };

  const claimed = (providerJobId: string) => research.isClaimed(task.provider, providerJobId, task.taskId);
  const found = await ports.providers.batch(task.provider).find(batchIntent(intent), claimed);
  if (found.kind === 'found') {
    return { outcome: 'submitted', providerJobId: await recordSubmitted(ports, round, found.providerJobId) };
  }
  if (found.kind === 'undecided') throw notYet('SUBMIT_IN_DOUBT', found.reason, timings.pollIntervalMs);
  const sinceMs = ports.clock.now().getTime() - (intent.attemptedAt?.getTime() ?? 0);
  if (sinceMs < timings.submitQuietMs) {
    throw notYet('SUBMIT_IN_DOUBT', 'not there yet; a slow create may still appear', timings.submitQuietMs - sinceMs);
  }
  // Proven absent: it costs nothing, and what comes next asks the budget anew.
  await ports.budgets.release(intent.key, ports.clock.now());
  return { outcome: 'absent', attempts: intent.attempts };
}

async function poll(ports: ProviderJobPorts, task: TaskRecord, intent: SubmissionIntent): Promise<JobStatus> {
  const { taskId } = task;
  const { providerJobId } = intent;
  if (task.mode !== ProviderMode.batch || !providerJobId) {
    throw finalFailure('TASK_STATE_CONFLICT', `task ${taskId} has no job at the provider to ask about`);
  }
  const status = await ports.providers.batch(task.provider).poll(providerJobId);
  await ports.research.recordPoll(taskId, {
    at: ports.clock.now(),
    providerStatus: status.providerStatus,
    counts: status.counts,
  });
  return toJobStatus(status, task.pollCount + 1);
}

function toJobStatus(status: BatchStatus, pollCount: number): JobStatus {
  return { ...status, pollCount };
}
