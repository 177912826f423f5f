import type { LineageArtifact } from './lineage.ts';

/** Deeper than any input of ours; what nests further is not searched. */
const MAX_DEPTH = 12;
const SHA256 = /^[0-9a-f]{64}$/;

/** Every reference to the artifact store anywhere in these values, in the order in which they stand, each once. */
export function findArtifacts(values: unknown): readonly LineageArtifact[] {
  const found = new Map<string, LineageArtifact>();
  search(values, 0, found);
  return [...found.values()];
}

function search(value: unknown, depth: number, found: Map<string, LineageArtifact>): void {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  const { uri, sha256, bytes, mediaType } = value as Readonly<Record<string, unknown>>;
  const isReference = typeof uri === 'string' && uri.startsWith('artifacts/') && typeof mediaType === 'string';
  if (isReference && typeof sha256 === 'string' && SHA256.test(sha256) && Number.isSafeInteger(bytes)) {
    found.set(`${uri} ${sha256}`, { uri, sha256, bytes: bytes as number, mediaType });
    return;
  }
  for (const part of Object.values(value)) search(part, depth + 1, found);
}
