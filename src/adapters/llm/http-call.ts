import { MAX_RESULT_BYTES, resultTooLarge } from './limits.ts';

/** How the last HTTP exchange of a call went; what the vendors' SDKs throw says less. */
export type HttpOutcome =
  /** Nothing left this process. */
  | { readonly kind: 'unsent' }
  | { readonly kind: 'answered'; readonly status: number; readonly headers: Headers; readonly body: Uint8Array }
  | { readonly kind: 'failed'; readonly cause: 'aborted' | 'timeout' | 'network'; readonly error: unknown };

export interface HttpCallOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Stop reading the body after its first line. */
  readonly firstLineOnly?: boolean;
}

/** The `fetch` for one call of an SDK, with a record of what it saw. */
export interface HttpCall {
  readonly fetch: typeof globalThis.fetch;
  outcome(): HttpOutcome;
  /** The bytes of the last answer as they came; empty before there is one. */
  body(): Uint8Array;
}

const MAX_REDIRECTS = 3;
const KEY_HEADERS = ['authorization', 'x-api-key', 'x-goog-api-key'];

/**
 * Opens one call. Its fetch reads every body whole within the time limit and MAX_RESULT_BYTES, so that a body that
 * stalls, breaks or never ends fails like any other network failure; SDK timeouts end with the headers.
 */
export function openHttpCall(options: HttpCallOptions): HttpCall {
  let outcome: HttpOutcome = { kind: 'unsent' };
  const fetchBounded: typeof globalThis.fetch = async (input, init) => {
    if (options.signal?.aborted) {
      outcome = { kind: 'unsent' };
      throw options.signal.reason;
    }
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const signals = [timeout, options.signal, init?.signal].filter((one) => one !== undefined && one !== null);
    try {
      const response = await follow(input, { ...init, signal: AbortSignal.any(signals) });
      const body = await readBody(response, options.firstLineOnly === true);
      outcome = { kind: 'answered', status: response.status, headers: response.headers, body };
      const { status, statusText, headers } = response;
      return new Response(body.byteLength === 0 ? null : Buffer.from(body), { status, statusText, headers });
    } catch (error) {
      const cause = options.signal?.aborted ? 'aborted' : timeout.aborted ? 'timeout' : 'network';
      outcome = { kind: 'failed', cause, error };
      throw error;
    }
  };
  return {
    fetch: fetchBounded,
    outcome: () => outcome,
    body: () => (outcome.kind === 'answered' ? outcome.body : new Uint8Array()),
  };
}

/** Follows redirects of reads only, and never carries a key to another origin: fetch itself would keep vendors' key headers. */
async function follow(input: string | URL | Request, init: RequestInit): Promise<Response> {
  let url = input instanceof Request ? input.url : String(input);
  let headers = new Headers(init.headers);
  for (let hops = 0; ; hops++) {
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    const location = response.headers.get('location');
    const isRead = init.method === undefined || init.method.toUpperCase() === 'GET';
    const redirects = response.status >= 300 && response.status < 400 && location !== null;
    if (!redirects || !isRead || hops === MAX_REDIRECTS) return response;
    await response.body?.cancel();
    const target = new URL(location, url);
    if (target.origin !== new URL(url).origin) {
      headers = new Headers([...headers].filter(([name]) => !KEY_HEADERS.includes(name)));
    }
    url = target.toString();
  }
}

async function readBody(response: Response, firstLineOnly: boolean): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    bytes += value.byteLength;
    if (bytes > MAX_RESULT_BYTES) {
      await reader.cancel();
      throw resultTooLarge(MAX_RESULT_BYTES);
    }
    if (firstLineOnly && value.includes(NEWLINE)) {
      await reader.cancel();
      break;
    }
  }
  return Buffer.concat(chunks);
}

const NEWLINE = 0x0a;
