import { Writable } from 'node:stream';
import type { Finding } from '../commands/doctor.ts';
import type { CliContext } from '../context.ts';
import type { CliIo } from '../io.ts';
import { runCli } from '../program.ts';

export interface CommandRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the command connected at all. */
  readonly connected: boolean;
}

/** Runs one command as a user would and collects what it wrote. */
export async function runCommand(
  argv: readonly string[],
  context: CliContext,
  io: Partial<CliIo> = {},
  findings: readonly Finding[] = [],
): Promise<CommandRun> {
  const stdout = collect();
  const stderr = collect();
  let connected = false;
  const exitCode = await runCli(
    argv,
    {
      stdout: stdout.stream,
      stderr: stderr.stream,
      isTTY: false,
      readFile: async () => '{}',
      elapsedMs: () => 123.4,
      ...io,
    },
    {
      connect: async () => {
        connected = true;
        return context;
      },
      diagnose: async () => findings,
    },
  );
  return { exitCode, stdout: stdout.text(), stderr: stderr.text(), connected };
}

/** A stream and what was written to it. */
export function collect(): { stream: Writable; text: () => string } {
  let written = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  return { stream, text: () => written };
}
