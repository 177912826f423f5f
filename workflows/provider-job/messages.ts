import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { JobStatus } from '../../src/contracts/activities/provider-job.ts';
import type { ErrorCode } from '../../src/contracts/errors.ts';
import type { ProviderJobInput } from '../../src/contracts/schemas/workflow-inputs.ts';
import type { ProviderName } from '../../src/domain/research/provider.ts';
import type { TaskState } from '../../src/domain/research/task-state.ts';

export type { ProviderJobInput };

export interface ProviderJobResult {
  readonly taskId: string;
  readonly provider: ProviderName;
  readonly providerJobId: string;
  readonly recommendationCount: number;
  /** Why the budget did not allow the call; absent where the job succeeded. */
  readonly denied?: string;
}

export interface ProviderJobView {
  readonly state: TaskState;
  /** What the job is doing or waiting for, for people. */
  readonly step: string;
  readonly round: number;
  readonly providerJobId: string | null;
  readonly lastStatus: JobStatus | null;
  readonly failure: { readonly code: ErrorCode; readonly reason: string } | null;
}

/** Lets a held job submit; answers when the provider has the job or the task has failed. */
export const submitUpdate = defineUpdate<ProviderJobView>('submit');
/** Asks the provider now, whatever the polling interval. */
export const pollUpdate = defineUpdate<JobStatus>('poll');
/** Lets a held job whose provider has ended fetch and parse the results; answers when the task has ended. */
export const harvestUpdate = defineUpdate<ProviderJobView>('harvest');
/** Cancels at the provider and ends the task as failed; answers when that is done. */
export const cancelUpdate = defineUpdate<ProviderJobView, [reason: string]>('cancel');
export const jobQuery = defineQuery<ProviderJobView>('job');
