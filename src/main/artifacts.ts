import { createFileArtifactStore } from '../adapters/file-store/artifact-store.ts';
import { createS3ArtifactStore } from '../adapters/s3/artifact-store.ts';
import type { Config } from '../config.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

/** The store that the configuration names. */
export function createArtifactStore(config: Config): ArtifactStore {
  const store = config.artifactStore;
  if (store.kind === 'file') return createFileArtifactStore({ rootDir: store.directory });
  const { bucket, prefix, region, endpoint, credentials } = store;
  return createS3ArtifactStore({ bucket, prefix, region, endpoint, ...credentials?.reveal() });
}
