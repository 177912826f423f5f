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
  try {
    await link(existing, name).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return replaceByLink(existing, name, scratchDir);
    });
  } catch (error) {
    if (NO_LINK.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
  await flushFolder(path.dirname(name));
  return true;
}

async function replaceByLink(existing: string, name: string, scratchDir: string): Promise<void> {
  await withScratchName(scratchDir, async (scratch) => {
    await link(existing, scratch);
    await rename(scratch, name);
    // A rename between two names of one file does nothing (rename(2)). Whether they are one is not asked before: another
    // put may make them one between the question and the rename.
    await rm(scratch, { force: true });
  });
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

/** `work` uses the scratch name up, or it is removed. */
async function withScratchName(scratchDir: string, work: (scratch: string) => Promise<void>): Promise<void> {
  const scratch = path.join(scratchDir, randomUUID());
  try {
    await work(scratch);
  } catch (error) {
    await rm(scratch, { force: true }).catch(() => undefined);
    throw error;
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
