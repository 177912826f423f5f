import { createHash } from 'node:crypto';
import { artifactObjectPath, artifactUri } from '../../contracts/artifact-address.ts';
import { FoliosError } from '../../contracts/errors.ts';
import type { ArtifactRef } from '../../contracts/schemas/artifact.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { type BucketOptions, openBucket } from './bucket.ts';
import { s3StoreError } from './store-errors.ts';

/**
 * Artifacts in a bucket that exists, laid out as in the file store: content under `<prefix>objects/<aa>/<sha256>`, and
 * again under `<prefix><path>` for people. Each object appears whole or not at all (S3's own guarantee).
 */
export function createS3ArtifactStore(options: BucketOptions & { readonly prefix?: string }): ArtifactStore {
  const { prefix = '', bucket: name } = options;
  const bucket = openBucket(options);
  const objectKey = (sha256: string): string => prefix + artifactObjectPath(sha256);

  return {
    async put(path, bytes, mediaType) {
      const uri = artifactUri(path);
      const sha256 = sha256Of(bytes);
      try {
        // Two writers may both find nothing and write: they write the same bytes.
        if ((await bucket.size(objectKey(sha256))) !== bytes.byteLength) {
          await bucket.put(objectKey(sha256), bytes, mediaType, sha256);
        }
        await bucket.put(prefix + path, bytes, mediaType, sha256);
      } catch (error) {
        throw s3StoreError(error, 'write', name);
      }
      return { uri, sha256, bytes: bytes.byteLength, mediaType };
    },

    async get(ref) {
      const key = objectKey(ref.sha256);
      let bytes: Uint8Array | 'otherSize' | null;
      try {
        bytes = await bucket.get(key, ref.bytes);
      } catch (error) {
        throw s3StoreError(error, 'read', name);
      }
      if (bytes === null) {
        throw new FoliosError('ARTIFACT_NOT_FOUND', `no artifact ${ref.uri} with sha256 ${ref.sha256}`, { ref });
      }
      if (bytes === 'otherSize' || sha256Of(bytes) !== ref.sha256) throw corrupt(ref);
      return bytes;
    },

    async check() {
      const probe = `${prefix}.probe`;
      const bytes = new TextEncoder().encode('folios writes this to see whether it can');
      try {
        await bucket.put(probe, bytes, 'text/plain', sha256Of(bytes));
      } catch (error) {
        throw s3StoreError(error, 'write', name);
      }
      // Writing is all that we need: a bucket that forbids deleting is a good place for lineage.
      await bucket.remove(probe).catch(() => undefined);
    },
  };
}

function corrupt(ref: ArtifactRef): FoliosError {
  return new FoliosError('ARTIFACT_CORRUPT', `the artifact ${ref.uri} does not match its sha256 ${ref.sha256}`, {
    ref,
  });
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
