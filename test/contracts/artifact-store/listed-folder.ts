import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Files under `folder`, relative, sorted; hidden ones and empty folders do not count. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('.'))
    .sort();
}

/** Looks into and damages the content of a store that lies in a folder. */
export function folderAccess(folder: () => string) {
  return {
    listFiles: () => listFiles(folder()),
    readFile: (name: string): Promise<Uint8Array> => readFile(path.join(folder(), name)),
    overwriteFile: async (name: string, bytes: Uint8Array): Promise<void> => {
      await rm(path.join(folder(), name));
      await writeFile(path.join(folder(), name), bytes);
    },
  };
}
