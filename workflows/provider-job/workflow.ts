import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
} from '@temporalio/workflow';
import type { JobRound, JobStatus, JobTask } from '../../src/contracts/activities/provider-job.ts';
import { isTaskEnded, TaskState } from '../../src/domain/research/task-state.ts';
import { type ProviderSteps, providerSteps, records } from './activities.ts';
import { asJobFailure, endedBadly, JobFailure, unopened } from './job-failure.ts';
import { hasEnded, JobView, requireStep } from './job-view.ts';
import {
  cancelUpdate,
  harvestUpdate,
  jobQuery,
  type ProviderJobInput,
  type ProviderJobResult,
  pollUpdate,
  submitUpdate,
} from './messages.ts';
import { submitOnce } from './submit-once.ts';

/** The first question, and one more if its answer was malformed. */
const ROUNDS = [0, 1] as const;

const ANSWERED: JobStatus = { state: 'ended', providerStatus: 'answered', counts: null, reason: null, pollCount: 0 };

/**
 * One provider's work for one task: submit → await → harvest → parse, exactly one job at the provider per round,
 * whatever crashes. Fails with the task's failure code, so that a failed task is a failed workflow in the Web UI; a call
 * that the budget does not allow ends it as denied, which is no failure.
 */
export async function providerJob(input: ProviderJobInput): Promise<ProviderJobResult> {
  const job = new JobView();
  const work = new CancellationScope();
  let task: JobTask | null = null;
  let steps: ProviderSteps | null = null;
  let submitRequested = false;
  let harvestRequested = false;
  let cancelReason: string | null = null;
  let waiting: CancellationScope | null = null;

  setHandler(jobQuery, () => job.current);
  setHandler(
    submitUpdate,
    async () => {
      submitRequested = true;
      await condition(() => isTaskEnded(job.current.state) || job.current.state === TaskState.awaitingResults);
      return job.current;
    },
    {
      validator: () => requireStep(job, job.current.state === TaskState.pending, 'submit'),
      description: 'let a held job submit',
    },
  );
  setHandler(
    pollUpdate,
    async () => {
      if (!steps) throw ApplicationFailure.nonRetryable('the job is not loaded yet', 'TASK_STATE_CONFLICT');
      const { round, lastStatus } = job.current;
      // A direct call has left nothing at the provider that could be asked about.
      if (task?.mode !== 'batch' && lastStatus) return lastStatus;
      const status = await steps.poll({ taskId: input.taskId, round });
      // A slow answer about the first question must not end the wait for the second.
      if (round !== job.current.round) return status;
      job.set({ lastStatus: status });
      if (status.state !== 'working') waiting?.cancel();
      return status;
    },
    {
      validator: () => requireStep(job, job.current.state === TaskState.awaitingResults, 'poll'),
      description: 'ask the provider now',
    },
  );
  setHandler(
    harvestUpdate,
    async () => {
      harvestRequested = true;
      await condition(() => isTaskEnded(job.current.state));
      return job.current;
    },
    {
      validator: () =>
        requireStep(
          job,
          job.current.state === TaskState.awaitingResults && hasEnded(job.current.lastStatus),
          'harvest',
        ),
      description: 'fetch the results of an ended job',
    },
  );
  setHandler(
    cancelUpdate,
    async (reason) => {
      cancelReason = reason;
      work.cancel();
      await condition(() => isTaskEnded(job.current.state));
      return job.current;
    },
    {
      validator: (_reason) => requireStep(job, !isTaskEnded(job.current.state), 'cancel'),
      description: 'cancel at the provider',
    },
  );

  try {
    // A cancellation waits for this step, so that it can be recorded on the task.
    const loaded = await CancellationScope.nonCancellable(() => records.open(input));
    const provider = providerSteps(loaded);
    task = loaded;
    steps = provider;
    job.load(loaded);
    const recommendationCount = await work.run(() => answer(loaded, provider));
    job.set({ state: TaskState.succeeded, step: 'recommendations are stored' });
    await condition(allHandlersFinished);
    return {
      taskId: loaded.taskId,
      provider: loaded.provider,
      providerJobId: job.current.providerJobId ?? '',
      recommendationCount,
    };
  } catch (error) {
    if (!task || !steps) throw unopened(error);
    const failure = asJobFailure(error, cancelReason);
    await giveUp(task, steps, failure);
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    // Our own rule held: that is no failure, and whoever waits for the job is told so.
    if (failure.code === 'BUDGET_EXCEEDED') {
      const { taskId, provider } = task;
      return { taskId, provider, providerJobId: '', recommendationCount: 0, denied: failure.message };
    }
    throw ApplicationFailure.nonRetryable(failure.message, failure.code, {
      taskId: task.taskId,
      provider: task.provider,
    });
  }

  /** Asks, at most twice; the number of valid recommendations. */
  async function answer(task: JobTask, steps: ProviderSteps): Promise<number> {
    let problems: readonly string[] = [];
    for (const index of ROUNDS) {
      const round: JobRound = { taskId: task.taskId, round: index };
      if (task.hold && index === 0) await condition(() => submitRequested);
      job.set({ round: index, step: index === 0 ? 'preparing' : 'asking again after a malformed answer' });
      // Opening an automatic job has prepared its first question already: one step less in every history.
      if (task.hold || index > 0) await records.prepare({ ...round, problems });
      job.set({ state: TaskState.running, step: 'submitting' });
      const providerJobId = await submitOnce(steps, round);
      // A direct call has ended when it was answered; a batch has yet to be asked about.
      const lastStatus = task.mode === 'batch' ? null : ANSWERED;
      job.set({ state: TaskState.awaitingResults, providerJobId, lastStatus, step: 'waiting for the provider' });
      await awaitEnd(task, steps, round);
      job.set({ step: 'harvesting' });
      const harvested = await steps.harvest(round);
      if (harvested.outcome === 'failed') throw new JobFailure(harvested.code, harvested.reason);
      if (harvested.outcome === 'valid') return harvested.recommendationCount;
      problems = harvested.problems;
    }
    throw new JobFailure('ANSWER_MALFORMED', `the answer was malformed twice: ${problems.slice(0, 5).join('; ')}`);
  }

  /** Waits until the provider has ended the job: by polling, or in a held job by a person's polls and word to harvest. */
  async function awaitEnd(task: JobTask, steps: ProviderSteps, round: JobRound): Promise<void> {
    if (task.mode === 'batch') {
      const status = task.hold && round.round === 0 ? await heldEnd() : await polledEnd(steps, round);
      if (status.state !== 'ended') throw endedBadly(status);
    }
    if (task.hold && round.round === 0) {
      job.set({ step: 'held: waiting for `harvest`' });
      await condition(() => harvestRequested);
    }
  }

  async function heldEnd(): Promise<JobStatus> {
    job.set({ step: 'held: waiting for `poll`' });
    await condition(() => hasEnded(job.current.lastStatus));
    return job.current.lastStatus as JobStatus;
  }

  async function polledEnd(steps: ProviderSteps, round: JobRound): Promise<JobStatus> {
    const scope = new CancellationScope();
    waiting = scope;
    try {
      const status = await scope.run(() => steps.awaitEnd(round));
      job.set({ lastStatus: status });
      return status;
    } catch (error) {
      // A person's poll saw the end first and cancelled only the waiting.
      const seen = job.current.lastStatus;
      if (isCancellation(error) && seen && hasEnded(seen) && !work.consideredCancelled) return seen;
      throw error;
    } finally {
      waiting = null;
    }
  }

  /** Leaves nothing running and paid for at the provider, then records why the task failed. */
  async function giveUp(task: JobTask, steps: ProviderSteps, failure: JobFailure): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      const mayRun = job.current.state !== TaskState.pending && !hasEnded(job.current.lastStatus);
      if (mayRun && (failure.code === 'JOB_CANCELLED' || failure.code === 'JOB_TIMED_OUT')) {
        job.set({ step: 'cancelling at the provider' });
        await steps.cancel({ taskId: task.taskId, round: job.current.round }).catch(() => undefined);
      }
      await records.fail({ taskId: task.taskId, code: failure.code, reason: failure.message });
      const state = failure.code === 'BUDGET_EXCEEDED' ? TaskState.denied : TaskState.failed;
      job.set({
        state,
        step: state,
        failure: { code: failure.code, reason: failure.message },
      });
    });
  }
}
