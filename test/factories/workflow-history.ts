import type { WorkflowHandle } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** Every event of a workflow so far. */
export async function eventsOf(handle: Pick<WorkflowHandle, 'fetchHistory'>): Promise<readonly HistoryEvent[]> {
  return (await handle.fetchHistory()).events ?? [];
}

interface FoundPayload {
  readonly bytes: number;
  readonly encoding: string;
  readonly text: string;
}

/** Every payload in a part of a history, wherever it stands. */
export function payloadsIn(part: unknown): readonly FoundPayload[] {
  if (typeof part !== 'object' || part === null || part instanceof Uint8Array) return [];
  const { data, metadata } = part as { data?: unknown; metadata?: { encoding?: Uint8Array } };
  if (data instanceof Uint8Array && metadata?.encoding) {
    const encoding = Buffer.from(metadata.encoding).toString();
    return [{ bytes: data.length, encoding, text: Buffer.from(data).toString('latin1') }];
  }
  return Object.values(part).flatMap(payloadsIn);
}
