import { readFile } from 'node:fs/promises';
import { createTemplateRenderer } from '../adapters/liquid/template.ts';
import { parseStrategyFile } from '../adapters/strategy-files/parse.ts';
import type { CliContext } from '../cli/context.ts';
import { remoteContext } from '../cli/remote/remote-context.ts';
import { createApiClient } from '../client/api-client.ts';
import type { Config } from '../config.ts';
import { FoliosError } from '../contracts/errors.ts';

const MAX_TOKEN_LENGTH = 1_000;

export interface RemoteServer {
  readonly server: string;
  /** A file with the token; before the one of the environment. */
  readonly tokenFile: string | null;
  readonly token: Config['remote']['token'];
}

/** The commands' context over a server. INPUT_INVALID for a token file that cannot be read; UNAUTHENTICATED, STACK_NOT_RUNNING. */
export async function connectToServer({ server, tokenFile, token }: RemoteServer): Promise<CliContext> {
  const secret = tokenFile === null ? (token?.reveal() ?? null) : await readToken(tokenFile);
  const templates = createTemplateRenderer();
  const parse: CliContext['parseStrategyFile'] = (text, fileName) => parseStrategyFile(text, fileName, templates);
  return remoteContext(createApiClient({ server, token: secret }), parse);
}

/** Its first line; what it says stays out of every message. */
async function readToken(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new FoliosError('INPUT_INVALID', `cannot read ${path}: ${error.code ?? 'unknown reason'}`, { path });
  });
  const [first = ''] = text.split('\n');
  const token = first.trim();
  if (/^\S+$/.test(token) && token.length <= MAX_TOKEN_LENGTH) return token;
  throw new FoliosError('INPUT_INVALID', `${path} holds no token in its first line`, { path });
}
