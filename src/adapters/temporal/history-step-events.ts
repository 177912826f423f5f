import type { EndState } from '../../domain/lineage/history-event.ts';
import { type EventBody, numberOf, type ProtoEvent, refOf } from './history-event-parts.ts';
import type { PayloadReader } from './history-payloads.ts';

/** What an execution set going, and how that went; null for every other event. */
export async function stepEvent(event: ProtoEvent, reader: PayloadReader): Promise<EventBody | null> {
  return (
    (await activityEvent(event, reader)) ??
    (await childEvent(event, reader)) ??
    (await waitEvent(event, reader)) ??
    (await outgoingSignalEvent(event, reader)) ??
    (await updateEndEvent(event, reader))
  );
}

const NO_OUTPUT = { output: null, error: null } as const;

async function activityEvent(event: ProtoEvent, reader: PayloadReader): Promise<EventBody | null> {
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled) {
    return {
      kind: 'opened',
      step: 'activity',
      name: scheduled.activityType?.name ?? '',
      summary: await reader.text(event.userMetadata?.summary),
      taskQueue: scheduled.taskQueue?.name ?? null,
      input: await reader.values(scheduled.input),
      target: null,
    };
  }
  const started = event.activityTaskStartedEventAttributes;
  if (started) {
    const lastError = await reader.error(started.lastFailure);
    return {
      kind: 'begun',
      of: numberOf(started.scheduledEventId),
      attempt: started.attempt ?? 1,
      lastError,
      runId: null,
    };
  }
  const completed = event.activityTaskCompletedEventAttributes;
  if (completed) {
    const [output = null] = await reader.values(completed.result);
    return { kind: 'closed', of: numberOf(completed.scheduledEventId), state: 'completed', output, error: null };
  }
  const failed = event.activityTaskFailedEventAttributes;
  if (failed) return await ending('failed', failed.scheduledEventId, failed.failure, reader);
  const timedOut = event.activityTaskTimedOutEventAttributes;
  if (timedOut) return await ending('timed_out', timedOut.scheduledEventId, timedOut.failure, reader);
  const cancelled = event.activityTaskCanceledEventAttributes;
  return cancelled ? await ending('cancelled', cancelled.scheduledEventId, null, reader) : null;
}

async function childEvent(event: ProtoEvent, reader: PayloadReader): Promise<EventBody | null> {
  const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes;
  if (initiated) {
    return {
      kind: 'opened',
      step: 'child',
      name: initiated.workflowType?.name ?? '',
      summary: await reader.text(event.userMetadata?.summary),
      taskQueue: initiated.taskQueue?.name ?? null,
      input: await reader.values(initiated.input),
      target: initiated.workflowId ?? '',
    };
  }
  const started = event.childWorkflowExecutionStartedEventAttributes;
  if (started) {
    const runId = refOf(started.workflowExecution)?.runId || null;
    return { kind: 'begun', of: numberOf(started.initiatedEventId), attempt: 1, lastError: null, runId };
  }
  const completed = event.childWorkflowExecutionCompletedEventAttributes;
  if (completed) {
    const [output = null] = await reader.values(completed.result);
    return { kind: 'closed', of: numberOf(completed.initiatedEventId), state: 'completed', output, error: null };
  }
  const refused = event.startChildWorkflowExecutionFailedEventAttributes;
  if (refused) {
    const error = { code: 'NOT_STARTED', message: 'an execution with this id exists already', retryable: null };
    return { kind: 'closed', of: numberOf(refused.initiatedEventId), state: 'failed', output: null, error };
  }
  const failed = event.childWorkflowExecutionFailedEventAttributes;
  if (failed) return await ending('failed', failed.initiatedEventId, failed.failure, reader);
  const timedOut = event.childWorkflowExecutionTimedOutEventAttributes;
  if (timedOut) return await ending('timed_out', timedOut.initiatedEventId, null, reader);
  const cancelled = event.childWorkflowExecutionCanceledEventAttributes;
  if (cancelled) return await ending('cancelled', cancelled.initiatedEventId, null, reader);
  const terminated = event.childWorkflowExecutionTerminatedEventAttributes;
  return terminated ? await ending('terminated', terminated.initiatedEventId, null, reader) : null;
}

async function waitEvent(event: ProtoEvent, reader: PayloadReader): Promise<EventBody | null> {
  const started = event.timerStartedEventAttributes;
  if (started) {
    const { seconds, nanos } = started.startToFireTimeout ?? {};
    const waitMs = numberOf(seconds) * 1000 + Math.floor((nanos ?? 0) / 1_000_000);
    const summary = (await reader.text(event.userMetadata?.summary)) ?? `wait ${waitMs} ms`;
    return { kind: 'opened', step: 'timer', name: 'timer', summary, taskQueue: null, input: [], target: null };
  }
  const fired = event.timerFiredEventAttributes;
  if (fired) return { kind: 'closed', of: numberOf(fired.startedEventId), state: 'completed', ...NO_OUTPUT };
  const cancelled = event.timerCanceledEventAttributes;
  if (cancelled) return { kind: 'closed', of: numberOf(cancelled.startedEventId), state: 'cancelled', ...NO_OUTPUT };
  return null;
}

async function outgoingSignalEvent(event: ProtoEvent, reader: PayloadReader): Promise<EventBody | null> {
  const initiated = event.signalExternalWorkflowExecutionInitiatedEventAttributes;
  if (initiated) {
    return {
      kind: 'opened',
      step: 'outgoing_signal',
      name: initiated.signalName ?? '',
      summary: null,
      taskQueue: null,
      input: await reader.values(initiated.input),
      target: initiated.workflowExecution?.workflowId ?? '',
    };
  }
  const signaled = event.externalWorkflowExecutionSignaledEventAttributes;
  if (signaled) return { kind: 'closed', of: numberOf(signaled.initiatedEventId), state: 'completed', ...NO_OUTPUT };
  const failed = event.signalExternalWorkflowExecutionFailedEventAttributes;
  if (!failed) return null;
  const error = { code: 'NOT_DELIVERED', message: 'no such execution runs', retryable: null };
  return { kind: 'closed', of: numberOf(failed.initiatedEventId), state: 'failed', output: null, error };
}

async function updateEndEvent(event: ProtoEvent, reader: PayloadReader): Promise<EventBody | null> {
  const completed = event.workflowExecutionUpdateCompletedEventAttributes;
  if (!completed) return null;
  const { success, failure } = completed.outcome ?? {};
  if (failure) return await ending('failed', completed.acceptedEventId, failure, reader);
  const [output = null] = await reader.values(success);
  return { kind: 'closed', of: numberOf(completed.acceptedEventId), state: 'completed', output, error: null };
}

async function ending(
  state: EndState,
  of: unknown,
  failure: Parameters<PayloadReader['error']>[0],
  reader: PayloadReader,
): Promise<EventBody> {
  return { kind: 'closed', of: numberOf(of), state, output: null, error: await reader.error(failure) };
}
