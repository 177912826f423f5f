import protocol, { type temporal } from '@temporalio/proto';
import { FoliosError } from '../../contracts/errors.ts';

// A CommonJS package whose names Node cannot list: only its default import carries values.
const HistoryMessage = protocol.temporal.api.history.v1.History;

type History = temporal.api.history.v1.IHistory;

/**
 * A history as protobuf-JSON, an event a line, names sorted: servers send maps in any order, and the same history must be
 * the same bytes. Payloads stay as they are, encrypted ones too.
 */
export function toHistoryJson(history: History): Uint8Array {
  const json = HistoryMessage.toObject(HistoryMessage.fromObject(history), {
    longs: String,
    enums: String,
    bytes: String,
  }) as { events?: readonly unknown[] };
  const lines = (json.events ?? []).map((event) => JSON.stringify(sorted(event)));
  return new TextEncoder().encode(`{"events":[\n${lines.join(',\n')}\n]}\n`);
}

/** The history that was written so. ARTIFACT_CORRUPT. */
export function fromHistoryJson(json: Uint8Array): History {
  try {
    return HistoryMessage.fromObject(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)) as object);
  } catch (cause) {
    throw new FoliosError('ARTIFACT_CORRUPT', 'an archived history cannot be read', {}, { cause });
  }
}

function sorted(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(sorted);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, sorted(value)]),
  );
}
