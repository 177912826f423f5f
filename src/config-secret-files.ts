import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CONFIG_VARIABLES, type ConfigVariable } from './config-variables.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** More than any key, password or header; a mistaken path to a large file should not be read. */
const MAX_BYTES = 64_000;
const READABLE_BY_OTHERS = 0o077;

/** What may be given as a file: every secret of ours, and Temporal's own. */
export const SECRET_NAMES: readonly string[] = [
  ...Object.entries<ConfigVariable>(CONFIG_VARIABLES).flatMap(([name, { secret }]) => (secret === true ? [name] : [])),
  'TEMPORAL_API_KEY',
];

export interface ReadSecrets {
  /** The environment with each `<NAME>_FILE` replaced by `<NAME>` and the file's text. */
  readonly env: Environment;
  readonly problems: readonly string[];
  /** What works, but lets others read a secret. */
  readonly warnings: readonly string[];
}

/** Reads the secrets that are given as files: `<NAME>_FILE` instead of `<NAME>`, never both. A relative path is taken from `root`. */
export function readSecretFiles(env: Environment, root: string): ReadSecrets {
  const read: Record<string, string | undefined> = { ...env };
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const name of SECRET_NAMES) {
    const variable = `${name}_FILE`;
    const path = env[variable];
    delete read[variable];
    if (path === undefined || path === '') continue;
    if (env[name] !== undefined && env[name] !== '') {
      problems.push(`${name} and ${variable}: set one of them`);
      continue;
    }
    const found = readSecret(resolve(root, path));
    if ('problem' in found) problems.push(`${variable}: ${found.problem}`);
    else {
      read[name] = found.text;
      if (found.isShared) warnings.push(`${variable}: other users of this machine can read the file`);
    }
  }
  return { env: read, problems, warnings };
}

function readSecret(path: string): { text: string; isShared: boolean } | { problem: string } {
  try {
    const found = statSync(path);
    if (!found.isFile()) return { problem: 'is not a file' };
    if (found.size > MAX_BYTES) return { problem: `has more than ${MAX_BYTES} bytes` };
    // Editors and `echo` end a file with a line break that is no part of the secret.
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    if (text === '') return { problem: 'is empty' };
    return { text, isShared: (found.mode & READABLE_BY_OTHERS) !== 0 };
  } catch (error) {
    return { problem: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})` };
  }
}
