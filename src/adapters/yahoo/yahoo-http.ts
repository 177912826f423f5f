/** Thirty years of daily bars are about 1.5 MB; an answer beyond this is not a chart. */
const MAX_ANSWER_BYTES = 8_000_000;

export type YahooFailureKind = 'rate_limited' | 'server_error' | 'refused' | 'network' | 'timeout' | 'unreadable';

/** A call to Yahoo that gave no usable answer, told apart before the client library turns it into prose. */
export class YahooHttpError extends Error {
  override readonly name = 'YahooHttpError';
  readonly kind: YahooFailureKind;
  readonly status: number | null;
  readonly retryAfterMs: number | null;

  constructor(kind: YahooFailureKind, message: string, facts: { status?: number; retryAfterMs?: number | null } = {}) {
    super(message);
    this.kind = kind;
    this.status = facts.status ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}

/**
 * A fetch for the client library: bounded in time and bytes, sent to `baseUrl` where one is given (path and query stay),
 * and failing with YahooHttpError instead of handing over an error answer, which the library would print to the console.
 */
export function createYahooFetch(options: { baseUrl: string | null; timeoutMs: number }): typeof fetch {
  return async (input, init) => {
    const asked = new URL(input instanceof Request ? input.url : input);
    const target = options.baseUrl === null ? asked : new URL(asked.pathname + asked.search, options.baseUrl);
    let response: Response;
    let body: Uint8Array<ArrayBuffer>;
    try {
      response = await fetch(target, { ...init, signal: AbortSignal.timeout(options.timeoutMs) });
      body = await readBounded(response);
    } catch (error) {
      throw transportFailure(error, options.timeoutMs);
    }
    // The page visited for its cookies may answer with any status; only a throttled or broken server is final there.
    const isApi = /^\/v\d/.test(asked.pathname);
    if (response.status === 429 || response.status >= 500 || (isApi && response.status >= 400)) {
      throw answerFailure(response, new TextDecoder().decode(body));
    }
    return new Response(response.status === 204 || response.status === 304 ? null : body, {
      status: response.status,
      headers: response.headers,
    });
  };
}

async function readBounded(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) throw new YahooHttpError('unreadable', `an answer of over ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function transportFailure(error: unknown, timeoutMs: number): YahooHttpError {
  if (error instanceof YahooHttpError) return error;
  const { name, message, cause } = error as Error;
  if (name === 'TimeoutError') return new YahooHttpError('timeout', `no answer within ${timeoutMs} ms`);
  const reason = (cause as { code?: unknown } | undefined)?.code;
  return new YahooHttpError('network', `not reached (${typeof reason === 'string' ? reason : message})`);
}

function answerFailure(response: Response, body: string): YahooHttpError {
  const { status } = response;
  const message = `HTTP ${status}: ${describe(body)}`;
  if (status === 429) {
    return new YahooHttpError('rate_limited', message, { status, retryAfterMs: retryAfterMs(response.headers) });
  }
  return new YahooHttpError(status >= 500 ? 'server_error' : 'refused', message, { status });
}

/** Yahoo's own description of an error where the body has one (`{"chart":{"error":{"description":…}}}`), else its first words. */
function describe(body: string): string {
  try {
    const [answer] = Object.values(JSON.parse(body) as Record<string, { error?: { description?: unknown } }>);
    if (typeof answer?.error?.description === 'string') return answer.error.description.slice(0, 200);
  } catch {
    // Not JSON: an HTML page of a proxy or Yahoo's plain `Too Many Requests`.
  }
  return body.replace(/\s+/g, ' ').slice(0, 100);
}

function retryAfterMs(headers: Headers): number | null {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
