import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import proto from '@temporalio/proto';

type History = temporal.api.history.v1.IHistory;

/** What tells of the machine and the moment of a recording and means nothing to a replay. */
const LEFT_OUT: Readonly<Record<string, unknown>> = {
  stackTrace: undefined,
  identity: 'recorder',
  namespace: 'default',
};

/** A history as JSON for the repository: without host names, process ids and the paths of stack traces. */
export function portableHistory(history: History): string {
  const json: unknown = JSON.parse(historyToJSON(history as History));
  return `${JSON.stringify(portable(json), null, 1)}\n`;
}

function portable(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(portable);
  if (typeof part !== 'object' || part === null) return part;
  const fields = Object.entries(part).map(([name, value]) => [
    name,
    name in LEFT_OUT && typeof value === 'string' ? LEFT_OUT[name] : portable(value),
  ]);
  const copy = Object.fromEntries(fields) as { kind?: string; name?: string };
  // A sticky queue is named after the process and its host.
  if (copy.kind === 'TASK_QUEUE_KIND_STICKY') copy.name = 'sticky';
  return copy;
}
