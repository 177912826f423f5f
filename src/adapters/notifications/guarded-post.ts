import http from 'node:http';
import https from 'node:https';
import { FoliosError } from '../../contracts/errors.ts';
import type { AddressGuard } from './public-address.ts';

const TIMEOUT_MS = 10_000;
/** What a receiver says is looked at no further. */
const MAX_ANSWER_BYTES = 16_384;

export interface PostedAnswer {
  readonly status: number;
  readonly body: string;
}

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type GuardedPost = (request: PostRequest) => Promise<PostedAnswer>;

/**
 * One POST to an address that somebody typed in: no redirect is followed, no connection is kept, time and answer are
 * bounded, and the host's address is checked where the connection resolves it. Errors name neither host nor path, which may
 * be secrets. NOTIFICATION_FAILED unless the answer is 2xx; NOTIFICATION_DENIED.
 */
export function createGuardedPost(guard: AddressGuard, timeoutMs: number = TIMEOUT_MS): GuardedPost {
  return async ({ url: address, headers, body }) => {
    const url = parsed(address);
    guard.requireEncrypted(url);
    // A literal address is never looked up by the connection.
    await guard.addressesOf(url.hostname);
    const answer = await send(url, { headers, body, lookup: guard.lookup, signal: AbortSignal.timeout(timeoutMs) });
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw new FoliosError('NOTIFICATION_FAILED', `the channel answered with HTTP status ${answer.status}`, {
      status: answer.status,
    });
  };
}

function parsed(address: string): URL {
  if (URL.canParse(address)) return new URL(address);
  throw new FoliosError('NOTIFICATION_FAILED', 'the address of the channel is no URL');
}

function send(
  url: URL,
  {
    headers,
    body,
    ...options
  }: Pick<PostRequest, 'headers' | 'body'> & Pick<https.RequestOptions, 'lookup' | 'signal'>,
): Promise<PostedAnswer> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const fail = (error: Error) => reject(failureOf(error));
    const call = request(
      url,
      {
        ...options,
        method: 'POST',
        agent: false,
        headers: { ...headers, 'content-length': Buffer.byteLength(body), 'user-agent': 'folios' },
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const end = () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= MAX_ANSWER_BYTES) chunks.push(chunk);
          else {
            end();
            response.destroy();
          }
        });
        response.on('end', end).on('error', fail);
      },
    );
    call.on('error', fail);
    call.end(body);
  });
}

/** The driver's own words may quote the address; its code says enough. */
function failureOf(error: Error): FoliosError {
  if (error.name === 'FoliosError') return error as FoliosError;
  const code = (error as NodeJS.ErrnoException).code ?? error.name;
  const what =
    error.name === 'AbortError' || error.name === 'TimeoutError'
      ? 'did not answer in time'
      : `cannot be reached (${code})`;
  return new FoliosError('NOTIFICATION_FAILED', `the channel ${what}`);
}
