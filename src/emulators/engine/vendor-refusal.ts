/** An answer with an error status in the vendor's own form. Thrown by handlers, sent by the app's error handler. */
export class VendorRefusal extends Error {
  override readonly name = 'VendorRefusal';
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** What of a request is known before its body. */
export interface CallHead {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Without the query. */
  readonly path: string;
}

/** How one vendor words the refusals that every vendor has. */
export interface VendorVoice {
  /** Throws the vendor's refusal if the request carries no key, or one that begins with `invalid`. */
  authorize(call: CallHead): void;
  badRequest(message: string): VendorRefusal;
  noSuchRoute(method: string, path: string): VendorRefusal;
  tooLarge(): VendorRefusal;
  rateLimited(retryAfterSeconds: number | null): VendorRefusal;
  internal(): VendorRefusal;
  overloaded(): VendorRefusal;
  /** Headers of every answer, e.g. the request id. */
  headers(requestId: string): Readonly<Record<string, string>>;
}

/** Any key opens an emulator but an empty one and one that begins with this word, so that a refusal can be provoked. */
export const REFUSED_KEY_PREFIX = 'invalid';

/** The first value of a header, or null. */
export function headerOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  name: string,
): string | null {
  const value = headers[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined || first.trim() === '' ? null : first.trim();
}

/** The token of `Authorization: Bearer …`, or null. */
export function bearerOf(headers: Readonly<Record<string, string | string[] | undefined>>): string | null {
  const match = /^Bearer\s+(\S+)$/i.exec(headerOf(headers, 'authorization') ?? '');
  return match?.[1] ?? null;
}
