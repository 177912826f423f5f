import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { createFileArtifactStore } from '../../../src/adapters/file-store/artifact-store.ts';
import { createS3ArtifactStore } from '../../../src/adapters/s3/artifact-store.ts';
import type { ArtifactStore } from '../../../src/ports/artifact-store.ts';
import { describeArtifactStoreConformance } from './conformance.ts';
import { folderAccess } from './listed-folder.ts';
import { CREDENTIALS, startVersitygw, type Versitygw } from './versitygw.ts';

let rootDir: string;
let gateway: Versitygw | undefined;
let fileStore: ArtifactStore;
let s3Store: ArtifactStore;

beforeAll(async () => {
  rootDir = await mkdtemp(path.join(tmpdir(), 'folios-artifacts-'));
  fileStore = createFileArtifactStore({ rootDir });
  gateway = await startVersitygw();
  await mkdir(path.join(gateway.bucketsDir, 'folios'));
  s3Store = createS3ArtifactStore({
    ...CREDENTIALS,
    endpoint: gateway.endpoint,
    region: 'us-east-1',
    bucket: 'folios',
    prefix: 'desk-1/',
  });
}, 16 * 60_000);

afterAll(async () => {
  await gateway?.stop();
  await rm(rootDir, { recursive: true, force: true });
});

describeArtifactStoreConformance('file store', { store: () => fileStore, ...folderAccess(() => rootDir) });

describeArtifactStoreConformance('S3 store', {
  store: () => s3Store,
  ...folderAccess(() => path.join(gateway?.bucketsDir ?? '', 'folios', 'desk-1')),
});
