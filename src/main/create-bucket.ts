import { createBucket } from '../adapters/s3/create-bucket.ts';
import { loadConfig } from '../config.ts';
import { FoliosError } from '../contracts/errors.ts';
import { fatalMessage } from './fatal.ts';

/** Creates the bucket of FOLIOS_S3_BUCKET unless it is there; docker-compose runs it once before the services. */
async function main(): Promise<void> {
  const { artifactStore: store } = loadConfig();
  if (store.kind !== 's3') throw new FoliosError('CONFIG_INVALID', 'FOLIOS_ARTIFACT_STORE is not s3', {});
  const created = await createBucket({ ...store, credentials: store.credentials?.reveal() ?? null });
  process.stdout.write(`bucket ${store.bucket} ${created ? 'created' : 'is there'}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${fatalMessage(error)}\n`);
  process.exitCode = 1;
}
