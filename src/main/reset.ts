import { readdir, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { isYes } from '../cli/confirm.ts';
import { askAtTerminal } from '../cli/terminal-question.ts';
import { type Config, loadConfig } from '../config.ts';
import { FoliosError } from '../contracts/errors.ts';
import { endAll, listRunning } from './embedded/processes.ts';
import { fatalMessage } from './fatal.ts';

/** Every start leaves at least one of these: a directory without them was never a state directory. */
const MARKS = ['run', 'postgres.json', 'install.lock'];

/**
 * `npm run reset [-- --yes]`: stops what runs on the state directory and removes it, never the cache. At a terminal it asks;
 * without one the command itself is the answer, except that it ends a running service only with --yes.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { yes: { type: 'boolean', short: 'y', default: false } } });
  const config = loadConfig();
  const { stateDir } = config;
  const shown = relative(config.root, stateDir).startsWith('..') ? stateDir : relative(config.root, stateDir);
  const entries = await readdir(stateDir).catch(() => null);
  if (entries === null) {
    say(`There is nothing to remove: ${shown} does not exist.`);
    return 0;
  }
  await requireOurs(config, entries);
  const running = await listRunning(stateDir);
  const size = megabytes(await bytesUnder(stateDir));
  if (!values.yes && !(await isConfirmed(shown, size, running.length > 0))) {
    say('Nothing was removed.');
    return 1;
  }
  await endAll(stateDir, say);
  await rm(stateDir, { recursive: true, force: true });
  say(
    `Removed ${shown} (${size}): ${
      entries
        .filter((name) => name !== 'run')
        .sort()
        .join(', ') || 'empty'
    }.`,
  );
  say(`Kept: the cache of programs in ${config.cacheDir}${outside(config)}. \`npm start\` begins anew.`);
  return 0;
}

/** A mistyped FOLIOS_STATE_DIR must not cost somebody a home directory. */
async function requireOurs(config: Config, entries: readonly string[]): Promise<void> {
  const { stateDir, root } = config;
  const isAbove = [root, homedir(), config.cacheDir].some((one) =>
    `${one}${sep}`.startsWith(`${stateDir.replace(/\/$/, '')}${sep}`),
  );
  const isOurs = entries.length === 0 || MARKS.some((name) => entries.includes(name));
  if (!isAbove && isOurs) return;
  const reason = isAbove ? 'it contains the repository, the cache or your home' : 'no folios has used it';
  throw new FoliosError('CONFIG_INVALID', `${stateDir} is not removed: ${reason}. Check FOLIOS_STATE_DIR.`, {
    stateDir,
  });
}

async function isConfirmed(shown: string, size: string, isRunning: boolean): Promise<boolean> {
  const what = `${isRunning ? 'stop the running folios and ' : ''}remove ${shown} (${size}): database, histories, artifacts`;
  if (process.stdin.isTTY === true && process.stderr.isTTY === true) {
    return isYes(await askAtTerminal(`This will ${what}. Go on? [y/N] `));
  }
  if (!isRunning) return true;
  throw new FoliosError('CONFIRMATION_REQUIRED', `this would ${what}; say \`npm run reset -- --yes\``, {});
}

function outside(config: Config): string {
  const kept = [
    config.databaseUrl === null ? null : 'the database of DATABASE_URL',
    config.temporal.external ? "your own Temporal server's histories" : null,
    config.artifactStore.kind === 's3' ? `the bucket ${config.artifactStore.bucket}` : null,
  ].filter((one) => one !== null);
  return kept.map((one) => `; ${one}`).join('');
}

async function bytesUnder(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name)));
  const found = await Promise.allSettled(sizes);
  return found.reduce((sum, one) => sum + (one.status === 'fulfilled' ? one.value.size : 0), 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${fatalMessage(error)}\n`);
  process.exitCode = 1;
}
