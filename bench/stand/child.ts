import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const END_TIMEOUT_MS = 30_000;

/** A child's environment: ours for finding programs, and of folios' own variables only those given. */
export function environmentOf(env: Readonly<Record<string, string>>): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, ...env };
}

/** Asks a child to end, and ends it if it does not. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<boolean>((resolve) => child.once('exit', () => resolve(true)));
  child.kill('SIGTERM');
  const timeout = new AbortController();
  const late = sleep(END_TIMEOUT_MS, false, { signal: timeout.signal }).catch(() => false);
  const ended = await Promise.race([exited, late]);
  timeout.abort();
  if (ended) return;
  child.kill('SIGKILL');
  await exited;
}
