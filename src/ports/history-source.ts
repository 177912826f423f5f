import type { ExecutionRef, RunHistory } from '../domain/lineage/history-event.ts';

/** One run's history as Temporal keeps it: payloads as they were stored, encrypted where they were. */
export interface RawHistory extends ExecutionRef {
  /** Protobuf-JSON of the whole history, written in one way only: the same history is the same bytes. */
  readonly json: Uint8Array;
}

export interface ListedExecution extends ExecutionRef {
  readonly workflowType: string;
  readonly startedAt: Date;
  /** Null while it runs. */
  readonly closedAt: Date | null;
}

/** Which executions are listed; what is absent does not restrict. */
export interface ExecutionFilter {
  readonly strategyId?: string;
  readonly accountId?: string;
  readonly workflowType?: string;
  readonly isClosed?: true;
  readonly startedBefore?: Date;
}

/** The histories that Temporal holds. All fail with TEMPORAL_UNREACHABLE. */
export interface HistorySource {
  /** The named run, or the newest of that id; null where Temporal has none (any more). */
  fetch(workflowId: string, runId: string | null): Promise<RawHistory | null>;
  /** Decrypts and decodes; what cannot be decrypted is marked in its place. */
  decode(history: RawHistory): Promise<RunHistory>;
  /** Executions that meet every condition, the newest first as far as Temporal keeps that order. */
  list(
    filter: ExecutionFilter,
    page: { readonly size: number; readonly token: string | null },
  ): Promise<{ readonly items: readonly ListedExecution[]; readonly nextToken: string | null }>;
}
