import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { artifactObjectPath, artifactUri } from '../../contracts/artifact-address.ts';
import { FoliosError } from '../../contracts/errors.ts';
import type { ArtifactRef } from '../../contracts/schemas/artifact.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { linkDurably, makeFolderDurably, writeDurably } from './durable-files.ts';
import { fileStoreError } from './store-errors.ts';

const ABANDONED_AFTER_MS = 3_600_000;
const PROBE_BYTES = 4096;

/**
 * Artifacts in the folder `rootDir`: content under `objects/<aa>/<sha256>`, and under its readable path a hard link to
 * it (a copy where the file system has no links). What `put` has returned survives a crash of the machine.
 */
export function createFileArtifactStore(options: { rootDir: string }): ArtifactStore {
  const rootDir = path.resolve(options.rootDir);
  const scratchDir = path.join(rootDir, '.scratch');

  return {
    async put(artifactPath, bytes, mediaType) {
      const uri = artifactUri(artifactPath);
      const sha256 = sha256Of(bytes);
      const object = path.join(rootDir, artifactObjectPath(sha256));
      const name = path.join(rootDir, artifactPath);
      try {
        if (!(await holds(object, bytes.byteLength, sha256))) {
          await inFolders([scratchDir, path.dirname(object)], () => writeDurably(object, bytes, scratchDir));
        }
        await withConflicts(artifactPath, () =>
          inFolders([scratchDir, path.dirname(name)], async () => {
            if (!(await linkDurably(object, name, scratchDir))) await writeDurably(name, bytes, scratchDir);
          }),
        );
      } catch (error) {
        throw putError(error, artifactPath, rootDir);
      }
      return { uri, sha256, bytes: bytes.byteLength, mediaType };
    },

    async get(ref) {
      const object = path.join(rootDir, artifactObjectPath(ref.sha256));
      const bytes = await readObject(object, ref, rootDir);
      if (bytes.byteLength !== ref.bytes || sha256Of(bytes) !== ref.sha256) throw corrupt(ref);
      return bytes;
    },

    async check() {
      const probe = path.join(scratchDir, 'probe');
      try {
        await makeFolderDurably(scratchDir);
        await removeAbandoned(scratchDir);
        await writeDurably(probe, new Uint8Array(PROBE_BYTES), scratchDir);
        await rm(probe, { force: true });
      } catch (error) {
        throw fileStoreError(error, rootDir);
      }
    },
  };
}

/** Makes the folders where they are missing, which is rare: to look every time costs more than most writes. */
async function inFolders(folders: readonly string[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    for (const folder of folders) await makeFolderDurably(folder);
    await work();
  }
}

/** A readable name cannot lie in another artifact, which is the caller's mistake. */
async function withConflicts(artifactPath: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR') throw pathConflict(artifactPath);
    throw error;
  }
}

function putError(error: unknown, artifactPath: string, rootDir: string): FoliosError {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EISDIR' || code === 'ENOTEMPTY' ? pathConflict(artifactPath) : fileStoreError(error, rootDir);
}

function pathConflict(artifactPath: string): FoliosError {
  return new FoliosError('INPUT_INVALID', `an artifact path names both a file and a folder: ${artifactPath}`);
}

/** Whether the object is already there and whole; a damaged one is written anew. */
async function holds(object: string, bytes: number, sha256: string): Promise<boolean> {
  try {
    if ((await stat(object)).size !== bytes) return false;
    return sha256Of(await readFile(object)) === sha256;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function readObject(object: string, ref: ArtifactRef, rootDir: string): Promise<Uint8Array> {
  try {
    // A file of another size is not read: it may be anything.
    if ((await stat(object)).size !== ref.bytes) throw corrupt(ref);
    return new Uint8Array(await readFile(object));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new FoliosError('ARTIFACT_NOT_FOUND', `no artifact ${ref.uri} with sha256 ${ref.sha256}`, { ref });
    }
    const failure = fileStoreError(error, rootDir);
    if (failure.code !== 'ARTIFACT_STORE_READ_ONLY') throw failure;
    throw new FoliosError('ARTIFACT_STORE_UNAVAILABLE', failure.message, failure.details);
  }
}

/** What killed processes left behind; what is young may be somebody's write under way. */
async function removeAbandoned(scratchDir: string): Promise<void> {
  const oldest = Date.now() - ABANDONED_AFTER_MS;
  for (const name of await readdir(scratchDir)) {
    const file = path.join(scratchDir, name);
    const found = await stat(file).catch(() => null);
    if (found !== null && found.mtimeMs < oldest) await rm(file, { force: true });
  }
}

function corrupt(ref: ArtifactRef): FoliosError {
  return new FoliosError('ARTIFACT_CORRUPT', `the artifact ${ref.uri} does not match its sha256 ${ref.sha256}`, {
    ref,
  });
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
