import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

export interface ChildCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
  /** Gets the files `stdout` and `stderr`: a child that exits with a pipe half read loses what it had not written yet. */
  readonly outputDir: string;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ChildOutcome {
  readonly end: 'exited' | 'aborted' | 'timeout' | 'output_limit' | 'not_started';
  readonly exitCode: number | null;
  /** Empty where it grew beyond the limit. */
  readonly stdout: Uint8Array;
  /** The last part; where tools put their errors. */
  readonly stderr: string;
}

const KEPT_STDERR_BYTES = 64 * 1024;
const SIZE_CHECK_INTERVAL_MS = 500;

/**
 * Runs a command in a process group of its own and resolves after it is gone. On abort, timeout or too much output the
 * whole group is killed, so that no grandchild lives on. Fails only if the output files cannot be made.
 */
export async function runChild(command: ChildCommand): Promise<ChildOutcome> {
  await using stdout = await open(join(command.outputDir, 'stdout'), 'w+');
  await using stderr = await open(join(command.outputDir, 'stderr'), 'w+');
  if (command.signal?.aborted) {
    return { end: 'not_started', exitCode: null, stdout: new Uint8Array(), stderr: 'aborted' };
  }
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: { ...command.env },
    detached: true,
    stdio: ['pipe', stdout.fd, stderr.fd],
  });
  const ended = await endOf(child, command, async () => {
    const sizes = await Promise.all([stdout.stat(), stderr.stat()]);
    return sizes.some(({ size }) => size > command.maxOutputBytes);
  });
  const tooLarge = (await stdout.stat()).size > command.maxOutputBytes;
  return {
    end: ended.end === 'exited' && tooLarge ? 'output_limit' : ended.end,
    exitCode: ended.exitCode,
    stdout: tooLarge ? new Uint8Array() : await lastBytes(stdout, command.maxOutputBytes),
    stderr: ended.failure ?? (await lastBytes(stderr, KEPT_STDERR_BYTES)).toString('utf8'),
  };
}

interface ChildEnd {
  readonly end: ChildOutcome['end'];
  readonly exitCode: number | null;
  /** Why it could not be started. */
  readonly failure: string | null;
}

async function endOf(
  child: ChildProcess,
  command: ChildCommand,
  isOverLimit: () => Promise<boolean>,
): Promise<ChildEnd> {
  let end: ChildOutcome['end'] = 'exited';
  function stop(reason: ChildOutcome['end']): void {
    if (end !== 'exited' || child.pid === undefined || child.exitCode !== null) return;
    end = reason;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The group has ended by itself in the meantime.
    }
  }
  const onAbort = () => stop('aborted');
  const timer = setTimeout(() => stop('timeout'), command.timeoutMs);
  const sizeCheck = setInterval(async () => {
    if (await isOverLimit().catch(() => false)) stop('output_limit');
  }, SIZE_CHECK_INTERVAL_MS);
  command.signal?.addEventListener('abort', onAbort, { once: true });
  // A child that dies early closes its input; how it ended says more than the broken pipe.
  child.stdin?.on('error', () => {});
  child.stdin?.end(command.input);
  try {
    return await new Promise<ChildEnd>((resolve) => {
      child.on('error', ({ message }) => {
        if (child.pid === undefined) resolve({ end: 'not_started', exitCode: null, failure: message });
      });
      child.on('close', (exitCode) => resolve({ end, exitCode, failure: null }));
    });
  } finally {
    clearTimeout(timer);
    clearInterval(sizeCheck);
    command.signal?.removeEventListener('abort', onAbort);
  }
}

async function lastBytes(file: FileHandle, maxBytes: number): Promise<Buffer> {
  const { size } = await file.stat();
  const length = Math.min(size, maxBytes);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.subarray(0, bytesRead);
}
