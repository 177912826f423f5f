import type { ArtifactRef } from '../contracts/schemas/artifact.ts';
import type { WrittenArtifact } from '../domain/lineage/describe-execution.ts';
import type { ExecutionRef } from '../domain/lineage/history-event.ts';
import type { Lineage, LineageCall, LineageStep } from '../domain/lineage/lineage.ts';
import type { StepStatistics } from '../domain/lineage/statistics.ts';
import type { ListedExecution, RawHistory } from './history-source.ts';

/** A closed history that was put into the artifact store. */
export interface ArchivedHistory extends ExecutionRef {
  readonly workflowType: string;
  readonly state: string;
  readonly startedAt: Date;
  readonly closedAt: Date;
  readonly eventCount: number;
  /** What it was found by; null where its history names none. */
  readonly strategyId: string | null;
  readonly accountId: string | null;
  readonly artifact: ArtifactRef;
}

/** Which histories are in the archive. */
export interface LineageArchive {
  /** The named run, or the one of that id that was started last. */
  find(workflowId: string, runId: string | null): Promise<ArchivedHistory | null>;
  /** Those of these runs that are archived. */
  known(runIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Keeps the row; one that exists stays. */
  record(history: ArchivedHistory, at: Date): Promise<void>;
  /** Newest first, of those that meet every condition given. */
  recent(
    filter: {
      readonly strategyId?: string;
      readonly accountId?: string;
      readonly workflowType?: string;
      readonly startedBefore?: Date;
    },
    limit: number,
  ): Promise<readonly ArchivedHistory[]>;
}

/** Whose an execution is; null where the books know of none, as of maintenance. */
export interface LineageOwner {
  readonly strategyId: string | null;
  readonly accountId: string | null;
}

/** What the books hold of one execution beside its history, found by its id; nothing of it changes after the execution has ended. */
export interface LineageRecords {
  /** Oldest first. */
  artifactsOf(workflowId: string): Promise<readonly WrittenArtifact[]>;
  callsOf(workflowId: string): Promise<readonly LineageCall[]>;
  ownerOf(workflowId: string): Promise<LineageOwner>;
}

/** The lineage of executions, from Temporal or from the archive, whichever still has it. */
export interface LineageReader {
  /** Null where neither has it. Payloads larger than the bound of a tree are cut. */
  read(workflowId: string, runId: string | null): Promise<Lineage | null>;
  /** The steps of that name of the execution itself, with whole payloads up to the bound of a step; null where there is no such execution. */
  steps(workflowId: string, runId: string | null, name: string): Promise<readonly LineageStep[] | null>;
  /** Newest first, of those that meet every condition given, and follow `after` in this order. */
  recent(
    filter: {
      readonly strategyId?: string;
      readonly accountId?: string;
      readonly workflowType?: string;
      readonly after?: Pick<ListedExecution, 'startedAt' | 'runId'>;
    },
    limit: number,
  ): Promise<readonly ListedExecution[]>;
  /** Of the steps of that name in so many of the newest executions: of these strategies and accounts, or of all where `of` is null. */
  statistics(
    name: string,
    executions: number,
    of: { readonly strategyIds: readonly string[]; readonly accountIds: readonly string[] } | null,
  ): Promise<StepStatistics & { readonly executions: number }>;
  /** The lineage with the histories that it was made from, for a bundle. */
  collect(
    workflowId: string,
    runId: string | null,
  ): Promise<{ readonly lineage: Lineage; readonly histories: readonly RawHistory[] } | null>;
  ownerOf(workflowId: string): Promise<LineageOwner>;
}
