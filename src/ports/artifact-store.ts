import type { ArtifactRef } from '../contracts/schemas/artifact.ts';

/** Large content lives here; content-addressed, so that writing the same bytes twice is one object. */
export interface ArtifactStore {
  /**
   * Stores `bytes` and names them `artifacts/<path>`. Idempotent; a path written again with other bytes names the new
   * ones, and the old ones stay reachable by their sha256. Fails with FoliosError ARTIFACT_STORE_*; never half written.
   */
  put(path: string, bytes: Uint8Array, mediaType: string): Promise<ArtifactRef>;
  /** Reads by content and verifies the sha256: ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT. */
  get(ref: ArtifactRef): Promise<Uint8Array>;
  /** Whether a write would succeed now, for `doctor` and start-up. */
  check(): Promise<void>;
}
