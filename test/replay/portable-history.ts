import type { WorkflowHandle } from '@temporalio/client';
import protocol from '@temporalio/proto';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

// The SDK's own conversion needs that npm installs a single protobufjs, which it does not here; the messages' does not.
const HistoryMessage = protocol.temporal.api.history.v1.History;

/** What tells of the machine and the moment of a recording and means nothing to a replay. */
const LEFT_OUT: Readonly<Record<string, string>> = { stackTrace: '', identity: 'recorder', namespace: 'default' };

/** A history as JSON for the repository, an event a line: bytes in base64, without host names, process ids and the paths of stack traces. */
export function toPortableJson(history: History): string {
  const message = HistoryMessage.fromObject(history);
  const json = HistoryMessage.toObject(message, { longs: String, enums: String, bytes: String });
  const { events } = portable(json) as { events: readonly unknown[] };
  return `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;
}

export function fromPortableJson(json: object): History {
  return HistoryMessage.fromObject(json);
}

function portable(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(portable);
  if (typeof part !== 'object' || part === null) return part;
  const fields = Object.entries(part).map(([name, value]) => [
    name,
    typeof value === 'string' ? (LEFT_OUT[name] ?? value) : portable(value),
  ]);
  const copy = Object.fromEntries(fields) as { kind?: string; name?: string };
  // A sticky queue is named after the process and its host.
  if (copy.kind === 'TASK_QUEUE_KIND_STICKY') copy.name = 'sticky';
  return copy;
}
