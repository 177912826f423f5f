import type { EventBody, ProtoEvent } from './history-event-parts.ts';
import type { PayloadReader } from './history-payloads.ts';

/** How a run ended; null for every other event. */
export async function endEvent(event: ProtoEvent, reader: PayloadReader): Promise<EventBody | null> {
  const completed = event.workflowExecutionCompletedEventAttributes;
  if (completed) {
    const [output = null] = await reader.values(completed.result);
    return { kind: 'ended', state: 'completed', output, error: null, continuedBy: completed.newExecutionRunId || null };
  }
  const failed = event.workflowExecutionFailedEventAttributes;
  if (failed) {
    const error = await reader.error(failed.failure);
    return { kind: 'ended', state: 'failed', output: null, error, continuedBy: failed.newExecutionRunId || null };
  }
  const timedOut = event.workflowExecutionTimedOutEventAttributes;
  if (timedOut) {
    const error = { code: 'TIMED_OUT', message: 'the workflow ran out of time', retryable: null };
    return { kind: 'ended', state: 'timed_out', output: null, error, continuedBy: timedOut.newExecutionRunId || null };
  }
  if (event.workflowExecutionCanceledEventAttributes) {
    return { kind: 'ended', state: 'cancelled', output: null, error: null, continuedBy: null };
  }
  const terminated = event.workflowExecutionTerminatedEventAttributes;
  if (terminated) {
    const error = { code: 'TERMINATED', message: terminated.reason ?? '', retryable: null };
    return { kind: 'ended', state: 'terminated', output: null, error, continuedBy: null };
  }
  const continued = event.workflowExecutionContinuedAsNewEventAttributes;
  if (!continued) return null;
  const [output = null] = await reader.values(continued.input);
  return {
    kind: 'ended',
    state: 'continued_as_new',
    output,
    error: null,
    continuedBy: continued.newExecutionRunId || null,
  };
}
