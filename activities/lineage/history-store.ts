import { gunzipSync, gzipSync } from 'node:zlib';
import { FoliosError } from '../../src/contracts/errors.ts';
import type { ArtifactRef } from '../../src/contracts/schemas/artifact.ts';
import type { ArtifactStore } from '../../src/ports/artifact-store.ts';
import type { RawHistory } from '../../src/ports/history-source.ts';

/** Temporal allows 50 MB of history; as JSON with base64 it is somewhat more. What unpacks to more is not one of ours. */
const MAX_HISTORY_BYTES = 256 * 1024 * 1024;
const MEDIA_TYPE = 'application/gzip';

/** The same history is packed to the same bytes: level fixed, no time and no file name in the header. */
export function packHistory(json: Uint8Array): Uint8Array {
  return gzipSync(json, { level: 9 });
}

/** Puts a history into the artifact store under its run's id. Idempotent. */
export async function storeHistory(artifacts: ArtifactStore, { runId, json }: RawHistory): Promise<ArtifactRef> {
  return await artifacts.put(`lineage/${runId.slice(0, 8)}/${runId}.json.gz`, packHistory(json), MEDIA_TYPE);
}

/** ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT. */
export async function loadHistory(artifacts: ArtifactStore, ref: ArtifactRef): Promise<Uint8Array> {
  const packed = await artifacts.get(ref);
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_HISTORY_BYTES });
  } catch (cause) {
    throw new FoliosError('ARTIFACT_CORRUPT', `the archived history ${ref.uri} cannot be unpacked`, { ref }, { cause });
  }
}
