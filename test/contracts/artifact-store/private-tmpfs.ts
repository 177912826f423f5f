import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * A command line that runs `command` with a small file system of its own on `folder`. Only that process sees it, so it
 * goes with the process whatever happens. Root mounts directly; anybody else through a user namespace.
 */
export function onPrivateTmpfs(folder: string, kilobytes: number, command: readonly string[]): string[] {
  const mount = `mount -t tmpfs -o size=${kilobytes}k,mode=0777 tmpfs "$0" && exec "$@"`;
  const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  return ['unshare', '--mount', ...asRoot, 'sh', '-c', mount, folder, ...command];
}

/** Whether this machine lets us do that; containers and some distributions do not. */
export function hasPrivateTmpfs(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'folios-tmpfs-'));
  const [file, ...args] = onPrivateTmpfs(folder, 64, ['true']);
  try {
    execFileSync(file as string, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}
