/** A payload as it was decoded. `value` is JSON where `kind` is `json`; `text` is a beginning, or why there is no more. */
export interface LineageValue {
  /** `cut`: larger than the reader's bound, so only its beginning is here. `unreadable`: its key is not known. */
  readonly kind: 'json' | 'cut' | 'binary' | 'unreadable';
  /** Of the decoded payload. */
  readonly bytes: number;
  readonly value: unknown;
  readonly text: string | null;
}

/** Why a step or an execution failed. */
export interface LineageError {
  /** One of our stable codes where folios threw it; otherwise what Temporal or the vendor calls it. */
  readonly code: string;
  readonly message: string;
  /** Whether Temporal would try again; null where that does not apply. */
  readonly retryable: boolean | null;
}

/** One run of a workflow. */
export interface ExecutionRef {
  readonly workflowId: string;
  readonly runId: string;
}

export type EndState = 'completed' | 'failed' | 'timed_out' | 'cancelled' | 'terminated' | 'continued_as_new';

interface EventFacts {
  readonly eventId: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** The events of a history that tell what happened and why; how workers took up their work is left out. */
export type HistoryEvent = EventFacts &
  (
    | {
        readonly kind: 'started';
        readonly workflowId: string;
        readonly workflowType: string;
        readonly title: string | null;
        readonly input: readonly LineageValue[];
        readonly parent: ExecutionRef | null;
        /** The run before this one in a chain of continued runs. */
        readonly continuedFrom: string | null;
        readonly attributes: Readonly<Record<string, string>>;
      }
    | {
        readonly kind: 'ended';
        readonly state: EndState;
        readonly output: LineageValue | null;
        readonly error: LineageError | null;
        /** The next run of the chain. */
        readonly continuedBy: string | null;
      }
    | { readonly kind: 'attributes'; readonly attributes: Readonly<Record<string, string>> }
    | {
        readonly kind: 'opened';
        readonly step: 'activity' | 'child' | 'timer' | 'outgoing_signal';
        readonly name: string;
        readonly summary: string | null;
        readonly taskQueue: string | null;
        readonly input: readonly LineageValue[];
        /** The workflow that a child or an outgoing signal is about. */
        readonly target: string | null;
      }
    /** An activity's attempt that is in the history, or a child's run. */
    | {
        readonly kind: 'begun';
        readonly of: number;
        readonly attempt: number;
        readonly lastError: LineageError | null;
        readonly runId: string | null;
      }
    | {
        readonly kind: 'closed';
        readonly of: number;
        readonly state: EndState;
        readonly output: LineageValue | null;
        readonly error: LineageError | null;
      }
    | { readonly kind: 'signal'; readonly name: string; readonly input: readonly LineageValue[] }
    | { readonly kind: 'update'; readonly name: string; readonly input: readonly LineageValue[] }
    | { readonly kind: 'cancel_requested'; readonly reason: string }
    | { readonly kind: 'workflow_task_failed'; readonly error: LineageError }
  );

/** A run's events in their order. */
export interface RunHistory extends ExecutionRef {
  readonly events: readonly HistoryEvent[];
}
