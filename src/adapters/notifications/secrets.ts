import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FoliosError } from '../../contracts/errors.ts';
import { parseSecretReference } from '../../domain/alerts/secret-reference.ts';
import type { RevealSecret } from '../../ports/notifier.ts';

const MAX_LENGTH = 4_096;

/**
 * Secrets by their references: NOTIFY_ variables of the environment, or files of one folder, each read when it is needed, so
 * that a changed file counts at once. NOTIFICATION_FAILED names the reference and never what it holds.
 */
export function createSecretReader(environment: Readonly<Record<string, string>>, directory: string): RevealSecret {
  return async (text) => {
    const reference = parseSecretReference(text);
    const secret =
      reference === null ? null : reference.kind === 'env' ? environment[reference.name] : await read(reference.name);
    const value = secret?.trim() ?? '';
    if (value !== '' && value.length <= MAX_LENGTH) return value;
    const place = text.startsWith('file:') ? 'a file of FOLIOS_SECRETS_DIR' : 'an environment variable';
    throw new FoliosError('NOTIFICATION_FAILED', `the secret ${text.slice(0, 120)} (${place}) is not there`);
  };

  async function read(name: string): Promise<string | null> {
    return await readFile(join(directory, name), 'utf8').catch(() => null);
  }
}
