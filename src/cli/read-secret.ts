import { Writable } from 'node:stream';
import { FoliosError } from '../contracts/errors.ts';
import type { CliIo } from './io.ts';

/**
 * A password, asked for at the terminal without showing it, or the first line of what is piped in; never an argument, which
 * every process of the machine could read. With `twice` a person types it again. INPUT_INVALID.
 */
export async function readSecret(io: CliIo, question: string, { twice }: { twice: boolean }): Promise<string> {
  const ask = io.readSecret ?? readFromProcess;
  const secret = await ask(`${question}: `);
  if (secret === '') throw new FoliosError('INPUT_INVALID', 'no password was given, at the terminal or on stdin');
  if (twice && io.isTTY && (await ask(`${question}, again: `)) !== secret) {
    throw new FoliosError('INPUT_INVALID', 'the two passwords differ');
  }
  return secret;
}

async function readFromProcess(question: string): Promise<string> {
  const { stdin, stderr } = process;
  const { createInterface } = await import('node:readline/promises');
  if (stdin.isTTY) stderr.write(question);
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: stdin, output: silence, terminal: stdin.isTTY === true });
  try {
    return await Promise.race([
      terminal.question(''),
      // An end of input is no answer.
      new Promise<string>((resolve) => terminal.once('close', () => resolve(''))),
    ]);
  } finally {
    terminal.close();
    if (stdin.isTTY) stderr.write('\n');
  }
}
