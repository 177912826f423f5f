import { ApplicationFailure, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { JobStatus, JobTask } from '../../src/contracts/activities/provider-job.ts';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/search-attributes.ts';
import { TaskState } from '../../src/domain/research/task-state.ts';
import { describeJob } from './details.ts';
import type { ProviderJobView } from './messages.ts';

/** The job as people see it: by query, as search attributes and in the Web UI's current details. */
export class JobView {
  current: ProviderJobView = {
    state: TaskState.pending,
    step: 'loading',
    round: 0,
    providerJobId: null,
    lastStatus: null,
    failure: null,
  };
  private task: JobTask | null = null;

  load(task: JobTask): void {
    this.task = task;
    upsertSearchAttributes([
      { key: SEARCH_ATTRIBUTES.kind, value: 'research' },
      { key: SEARCH_ATTRIBUTES.strategy, value: task.strategyId },
      { key: SEARCH_ATTRIBUTES.provider, value: task.provider },
      { key: SEARCH_ATTRIBUTES.state, value: task.state },
    ]);
    this.set({ state: task.state, step: task.hold ? 'held: waiting for `submit`' : 'starting' });
  }

  set(change: Partial<ProviderJobView>): void {
    const before = this.current;
    this.current = { ...before, ...change };
    if (!this.task) return;
    setCurrentDetails(describeJob(this.task, this.current));
    if (change.state && change.state !== before.state) {
      upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.state, value: change.state }]);
    }
  }
}

/** Refuses an update at the wrong moment, before it enters the history. */
export function requireStep(job: JobView, allowed: boolean, step: string): void {
  if (allowed) return;
  const { state, step: doing } = job.current;
  throw ApplicationFailure.nonRetryable(
    `the task is ${state} (${doing}); ${step} is not possible now`,
    'TASK_STATE_CONFLICT',
  );
}

export function hasEnded(status: JobStatus | null): boolean {
  return status !== null && status.state !== 'working';
}
