import type { temporal } from '@temporalio/proto';
import type { HistoryEvent } from '../../domain/lineage/history-event.ts';
import { endEvent } from './history-end-events.ts';
import { type EventBody, numberOf, type ProtoEvent, refOf } from './history-event-parts.ts';
import type { PayloadReader } from './history-payloads.ts';
import { stepEvent } from './history-step-events.ts';

/** The events of a history that tell what happened, decoded. */
export async function historyEvents(
  events: readonly ProtoEvent[],
  reader: PayloadReader,
): Promise<readonly HistoryEvent[]> {
  const decoded = await Promise.all(
    events.map(async (event) => {
      const body =
        (await endEvent(event, reader)) ?? (await stepEvent(event, reader)) ?? (await toldEvent(event, reader));
      return body === null ? [] : [{ eventId: numberOf(event.eventId), atMs: timeOf(event), ...body } as HistoryEvent];
    }),
  );
  return decoded.flat();
}

/** Starts, and what an execution is told. */
async function toldEvent(event: ProtoEvent, reader: PayloadReader): Promise<EventBody | null> {
  const started = event.workflowExecutionStartedEventAttributes;
  if (started) {
    return {
      kind: 'started',
      workflowId: started.workflowId ?? '',
      workflowType: started.workflowType?.name ?? '',
      title: await reader.text(event.userMetadata?.summary),
      input: await reader.values(started.input),
      parent: refOf(started.parentWorkflowExecution),
      continuedFrom: started.continuedExecutionRunId || null,
      attributes: await attributesOf(started.searchAttributes, reader),
    };
  }
  const signal = event.workflowExecutionSignaledEventAttributes;
  if (signal) return { kind: 'signal', name: signal.signalName ?? '', input: await reader.values(signal.input) };
  const update = event.workflowExecutionUpdateAcceptedEventAttributes;
  if (update) {
    const { input } = update.acceptedRequest ?? {};
    return { kind: 'update', name: input?.name ?? '', input: await reader.values(input?.args) };
  }
  const cancel = event.workflowExecutionCancelRequestedEventAttributes;
  if (cancel) return { kind: 'cancel_requested', reason: cancel.cause ?? '' };
  const upsert = event.upsertWorkflowSearchAttributesEventAttributes;
  if (upsert) return { kind: 'attributes', attributes: await attributesOf(upsert.searchAttributes, reader) };
  const task = event.workflowTaskFailedEventAttributes;
  // Without a failure it is how the server makes room for a message that came meanwhile.
  if (!task?.failure) return null;
  const error = await reader.error(task.failure);
  return error === null ? null : { kind: 'workflow_task_failed', error };
}

function timeOf({ eventTime }: ProtoEvent): number {
  return numberOf(eventTime?.seconds) * 1000 + Math.floor((eventTime?.nanos ?? 0) / 1_000_000);
}

async function attributesOf(
  attributes: temporal.api.common.v1.ISearchAttributes | null | undefined,
  reader: PayloadReader,
): Promise<Readonly<Record<string, string>>> {
  const fields = await Promise.all(
    Object.entries(attributes?.indexedFields ?? {}).map(async ([name, payload]) => {
      const value = (await reader.value(payload))?.value;
      const text = Array.isArray(value) ? value.join(', ') : value;
      return text === null || text === undefined ? [] : [[name, String(text).slice(0, 1000)] as const];
    }),
  );
  return Object.fromEntries(fields.flat().sort(([a], [b]) => (a < b ? -1 : 1)));
}
