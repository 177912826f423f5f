/** States of an execution task (one provider's work for one request). */
export const TaskState = {
  pending: 'pending',
  running: 'running',
  awaitingResults: 'awaiting_results',
  succeeded: 'succeeded',
  failed: 'failed',
  /** Our budget does not allow the call: nothing was asked, or not asked again. */
  denied: 'denied',
} as const;
export type TaskState = (typeof TaskState)[keyof typeof TaskState];

export const TaskEvent = {
  start: 'start',
  submitted: 'submitted',
  succeed: 'succeed',
  fail: 'fail',
  deny: 'deny',
  askAgain: 'ask_again',
} as const;
export type TaskEvent = (typeof TaskEvent)[keyof typeof TaskEvent];

/** The one transition table. A pair that is not in it is an error, never a silent no-op. */
const TRANSITIONS: Readonly<Record<TaskState, Partial<Record<TaskEvent, TaskState>>>> = {
  pending: { start: TaskState.running, fail: TaskState.failed, deny: TaskState.denied },
  running: {
    start: TaskState.running,
    submitted: TaskState.awaitingResults,
    fail: TaskState.failed,
    deny: TaskState.denied,
  },
  awaiting_results: {
    // A job that was terminated and started again finds its batch at the provider.
    start: TaskState.awaitingResults,
    submitted: TaskState.awaitingResults,
    ask_again: TaskState.running,
    succeed: TaskState.succeeded,
    fail: TaskState.failed,
  },
  succeeded: { succeed: TaskState.succeeded },
  failed: { fail: TaskState.failed },
  denied: { deny: TaskState.denied },
};

/** The state after `event`; null where the table has no such pair. Repeating an event in its own target state is allowed, since activities are retried. */
export function nextTaskState(state: TaskState, event: TaskEvent): TaskState | null {
  return TRANSITIONS[state][event] ?? null;
}

export function isTaskEnded(state: TaskState): boolean {
  return state === TaskState.succeeded || state === TaskState.failed || state === TaskState.denied;
}
