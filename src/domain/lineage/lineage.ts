import type { DecimalString } from '../money/decimal.ts';
import type { EndState, ExecutionRef, LineageError, LineageValue } from './history-event.ts';

/** Large content of a step, in the artifact store. */
export interface LineageArtifact {
  readonly uri: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly mediaType: string;
}

export type StepKind =
  | 'activity'
  | 'child'
  | 'timer'
  | 'signal'
  | 'outgoing_signal'
  | 'update'
  | 'cancel_request'
  | 'workflow_task';

/** One thing that an execution did, waited for, or was told. Times are ISO 8601, durations milliseconds. */
export interface LineageStep {
  /** `<number of the run in its chain>.<event id>`. */
  readonly id: string;
  readonly kind: StepKind;
  readonly name: string;
  readonly summary: string | null;
  readonly state: EndState | 'open';
  readonly taskQueue: string | null;
  readonly input: readonly LineageValue[];
  readonly output: LineageValue | null;
  readonly artifacts: readonly LineageArtifact[];
  /** How often it was tried; 0 where it never began. */
  readonly attempts: number;
  readonly scheduledAt: string;
  /** When its last attempt began. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** From scheduled to begun; null where it was tried more than once, since a history keeps only the last begin. */
  readonly queueMs: number | null;
  /** Of the last attempt. */
  readonly durationMs: number | null;
  /** From scheduled to ended, with every attempt and pause. */
  readonly totalMs: number | null;
  readonly error: LineageError | null;
  /** Why the attempt before the last one failed. */
  readonly lastError: LineageError | null;
  /** Who asked or approved, as the message says. */
  readonly by: string | null;
  /** The execution that it started, or that it told something. */
  readonly child: { readonly workflowId: string; readonly runId: string | null } | null;
}

/** One call to a model, as the ledger has it. */
export interface LineageCall {
  readonly callId: string;
  readonly provider: string;
  readonly mode: string;
  readonly model: string;
  readonly state: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: DecimalString;
  readonly at: string;
}

/** One execution: a workflow id through the whole chain of its continued runs. */
export interface LineageExecution {
  readonly workflowId: string;
  readonly workflowType: string;
  readonly title: string | null;
  readonly runIds: readonly string[];
  readonly parent: ExecutionRef | null;
  readonly state: EndState | 'open';
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly durationMs: number | null;
  readonly input: readonly LineageValue[];
  readonly output: LineageValue | null;
  readonly error: LineageError | null;
  /** What it is found by, as its history says. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly steps: readonly LineageStep[];
  /** Files that the execution wrote, oldest first. */
  readonly artifacts: readonly LineageArtifact[];
  readonly calls: readonly LineageCall[];
  /** Of its own calls; null where it makes none. */
  readonly costUsd: DecimalString | null;
}

/** An execution and everything that it started, depth first. */
export interface Lineage {
  readonly workflowId: string;
  /** Everything in it has ended: what is read now is what will be read from the archive. */
  readonly closed: boolean;
  /** Executions that could not be shown: their history is gone, or there were more than the bound. */
  readonly missing: readonly { readonly workflowId: string; readonly runId: string | null; readonly reason: string }[];
  readonly totals: {
    readonly executions: number;
    readonly steps: number;
    readonly failedSteps: number;
    readonly costUsd: DecimalString;
  };
  /** The execution itself comes first. */
  readonly executions: readonly LineageExecution[];
}
