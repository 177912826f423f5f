import { ApplicationFailure, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { JobStatus, JobTask } from '../../src/contracts/activities/provider-job.ts';
import { researchSearchAttributes, SEARCH_ATTRIBUTES } from '../../src/contracts/search-attributes.ts';
import { TaskState } from '../../src/domain/research/task-state.ts';
import { describeJob } from './details.ts';
import type { ProviderJobView } from './messages.ts';

/**
 * The job as people see it: by query and in the Web UI's current details. Its state is no search attribute: every change
 * of one is an event and a write to the visibility store, and its end is the workflow's own status.
 */
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
    this.set({ state: task.state, step: task.hold ? 'held: waiting for `submit`' : 'starting' });
    // A run gives its jobs their search attributes at the start, which costs no event; a job started by itself has none.
    if (workflowInfo().typedSearchAttributes.get(SEARCH_ATTRIBUTES.provider)) return;
    upsertSearchAttributes(researchSearchAttributes(task.strategyId, task.provider));
  }

  set(change: Partial<ProviderJobView>): void {
    this.current = { ...this.current, ...change };
    if (this.task) setCurrentDetails(describeJob(this.task, this.current));
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
