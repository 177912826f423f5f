import type { temporal } from '@temporalio/proto';
import type { ExecutionRef, HistoryEvent } from '../../domain/lineage/history-event.ts';

export type ProtoEvent = temporal.api.history.v1.IHistoryEvent;
/** An event without what all have. */
export type EventBody = HistoryEvent extends infer Event
  ? Event extends HistoryEvent
    ? Omit<Event, 'eventId' | 'atMs'>
    : never
  : never;

export function refOf(execution: temporal.api.common.v1.IWorkflowExecution | null | undefined): ExecutionRef | null {
  if (!execution?.workflowId) return null;
  return { workflowId: execution.workflowId, runId: execution.runId ?? '' };
}

/** A 64-bit number of a message; event ids and seconds fit a number. */
export function numberOf(long: unknown): number {
  return Number(String(long ?? 0));
}
