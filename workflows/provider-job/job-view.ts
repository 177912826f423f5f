import type { SearchAttributePair } from '@temporalio/common';
import { ApplicationFailure, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { JobStatus, JobTask } from '../../src/contracts/activities/provider-job.ts';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/search-attributes.ts';
import type { ProviderName } from '../../src/domain/research/provider.ts';
import { isTaskEnded, TaskState } from '../../src/domain/research/task-state.ts';
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
    this.set({ state: task.state, step: task.hold ? 'held: waiting for `submit`' : 'starting' });
    // A run gives its jobs their search attributes at the start, which costs no event; a job started by itself has none.
    if (workflowInfo().typedSearchAttributes.get(SEARCH_ATTRIBUTES.provider)) return;
    upsertSearchAttributes([
      ...jobSearchAttributes(task.strategyId, task.provider),
      { key: SEARCH_ATTRIBUTES.state, value: TaskState.running },
    ]);
  }

  set(change: Partial<ProviderJobView>): void {
    this.current = { ...this.current, ...change };
    if (!this.task) return;
    setCurrentDetails(describeJob(this.task, this.current));
    // Every change of a search attribute is an event, so only the end is one; what goes on stands in the details.
    if (change.state && isTaskEnded(change.state)) {
      upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.state, value: change.state }]);
    }
  }
}

/** What a job is found by. */
export function jobSearchAttributes(strategyId: string, provider: ProviderName): SearchAttributePair[] {
  return [
    { key: SEARCH_ATTRIBUTES.kind, value: 'research' },
    { key: SEARCH_ATTRIBUTES.strategy, value: strategyId },
    { key: SEARCH_ATTRIBUTES.provider, value: provider },
  ];
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
