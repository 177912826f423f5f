import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** This program's version. */
export function foliosVersion(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}
