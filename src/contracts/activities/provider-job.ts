import type { ProviderMode, ProviderName } from '../../domain/research/provider.ts';
import type { TaskState } from '../../domain/research/task-state.ts';
import type { ErrorCode } from '../errors.ts';
import type { ProviderJobInput } from '../schemas/workflow-inputs.ts';

export interface JobTask {
  readonly taskId: string;
  readonly strategyId: string;
  readonly strategySlug: string;
  readonly strategyVersion: number;
  readonly provider: ProviderName;
  readonly mode: ProviderMode;
  readonly model: string;
  readonly state: TaskState;
  readonly simulated: boolean;
  readonly hold: boolean;
  /** How long the provider may take before the job is given up. */
  readonly jobTimeoutMs: number;
}

/** Which question of a task: round 0 is the first, round 1 asks again after a malformed answer. */
export interface JobRound {
  readonly taskId: string;
  readonly round: number;
}

export interface SubmitAttempt extends JobRound {
  /** How many submit calls were begun before this one, all of them proven to have had no effect. */
  readonly attemptsBefore: number;
}

export interface SubmittedJob {
  readonly providerJobId: string;
}

export type ReconciledSubmission =
  | { readonly outcome: 'submitted'; readonly providerJobId: string }
  /** Proven: the provider has no such job. `attempts` submit calls were begun. */
  | { readonly outcome: 'absent'; readonly attempts: number };

export interface JobStatus {
  readonly state: 'working' | 'ended' | 'failed' | 'cancelled' | 'expired';
  readonly providerStatus: string;
  readonly counts: { readonly total: number; readonly completed: number; readonly failed: number } | null;
  readonly reason: string | null;
  readonly pollCount: number;
}

export type HarvestedJob =
  | { readonly outcome: 'valid'; readonly recommendationCount: number }
  /** The provider answered, but not with valid recommendations; the answer is kept as an artifact. */
  | { readonly outcome: 'malformed'; readonly problems: readonly string[] }
  | { readonly outcome: 'failed'; readonly code: ErrorCode; readonly reason: string };

/** Short steps on our own database and artifact store. */
export interface JobRecordActivities {
  /** Validates the input. Unless the job is held, also does what `prepareSubmission` does. INPUT_INVALID, TASK_NOT_FOUND, TASK_STATE_CONFLICT. */
  openJob(input: ProviderJobInput): Promise<JobTask>;
  /** Writes prompt and payload to the artifact store and commits the intent; the task becomes `running`. */
  prepareSubmission(round: JobRound & { readonly problems?: readonly string[] }): Promise<void>;
  /** Ends the task as failed; as denied where its code is BUDGET_EXCEEDED. */
  failTask(failure: { readonly taskId: string; readonly code: ErrorCode; readonly reason: string }): Promise<void>;
}

/** Calls to the provider, on the provider's own task queue. */
export interface JobProviderActivities {
  /** One attempt, never retried by Temporal. Any failure but a proven refusal leaves the submission in doubt. */
  submitJob(attempt: SubmitAttempt): Promise<SubmittedJob>;
  /** Looks for the job at the provider until it is found or proven absent; waits by failing with a next retry delay. */
  reconcileSubmission(round: JobRound): Promise<ReconciledSubmission>;
  /** Fails with JOB_NOT_ENDED and a next retry delay until the provider's job has ended. */
  awaitJob(round: JobRound): Promise<JobStatus>;
  /** The provider's status right now. */
  pollJob(round: JobRound): Promise<JobStatus>;
  /** Fetches, keeps, parses and validates the answer; the task becomes `succeeded` if it is valid. */
  harvestJob(round: JobRound): Promise<HarvestedJob>;
  /** Cancels at the provider whatever of this task may be running there. */
  cancelJob(round: JobRound): Promise<void>;
}
