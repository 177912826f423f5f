import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Content is never changed in place: a name and the object it is linked to share it. */
const READ_ONLY_FILE = 0o444;

/** A file system that has no hard links, or allows no more of them for this file. */
const NO_LINK = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);

/**
 * Writes a new file so that after a crash or a full disk it is there whole or not at all: into `scratchDir` (on the same
 * file system), flushed, then renamed, replacing what had the name.
 */
export async function writeDurably(file: string, bytes: Uint8Array, scratchDir: string): Promise<void> {
  await withScratchName(scratchDir, async (scratch) => {
    const handle = await open(scratch, 'wx', READ_ONLY_FILE);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(scratch, file);
  });
  await flushFolder(path.dirname(file));
}

/** Gives `existing` the second name `name`, replacing what had it; false where the file system cannot link. */
export async function linkDurably(existing: string, name: string, scratchDir: string): Promise<boolean> {
  const linked = await withScratchName(scratchDir, async (scratch) => {
    try {
      await link(existing, scratch);
    } catch (error) {
      if (NO_LINK.has((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
    await rename(scratch, name);
    return true;
  });
  if (linked) await flushFolder(path.dirname(name));
  return linked;
}

/**
 * Makes a folder and its parents, and flushes the parent of each that is new so that the new names survive a crash.
 * Not `mkdir` with `recursive`: that reports ENOENT on a read-only file system, where the truth is EROFS.
 */
export async function makeFolderDurably(folder: string): Promise<void> {
  try {
    await makeOneFolder(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeFolderDurably(path.dirname(folder));
    await makeOneFolder(folder);
  }
}

async function makeOneFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    throw error;
  }
  await flushFolder(path.dirname(folder));
}

/**
 * Removes the scratch name whatever happens. Also after success: renaming one link of a file over another link of the
 * same file does nothing and leaves both (POSIX).
 */
async function withScratchName<T>(scratchDir: string, work: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = path.join(scratchDir, randomUUID());
  try {
    return await work(scratch);
  } finally {
    await rm(scratch, { force: true }).catch(() => undefined);
  }
}

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
