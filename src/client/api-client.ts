import createClient, { type Client } from 'openapi-fetch';
import { ERRORS, type ErrorCode, FoliosError } from '../contracts/errors.ts';
import type { paths } from './api-schema.gen.ts';

/** A folios server over HTTP: every route with its types, `api.GET('/api/v1/orders', { params: … })`. */
export type ApiClient = Client<paths>;

export interface ApiClientOptions {
  /** Where the server is, such as `https://folios.example`. */
  readonly server: string;
  /** An API token; null where the server lets its owner in without one. */
  readonly token: string | null;
  /** The network's, unless told otherwise. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** INPUT_INVALID for an address that is none. */
export function createApiClient({ server, token, fetch = globalThis.fetch }: ApiClientOptions): ApiClient {
  const baseUrl = addressOf(server);
  return createClient<paths>({
    baseUrl,
    ...(token === null ? {} : { headers: { authorization: `Bearer ${token}` } }),
    // A redirect would take the token along to whom nobody has named.
    redirect: 'error',
    async fetch(request) {
      try {
        return await fetch(request);
      } catch (error) {
        const reason = error instanceof Error ? ((error.cause as Error | undefined)?.message ?? error.message) : '';
        throw new FoliosError(
          'STACK_NOT_RUNNING',
          `no folios server answers at ${baseUrl}: ${reason}`,
          {},
          { cause: error },
        );
      }
    },
  });
}

function addressOf(server: string): string {
  const url = URL.canParse(server) ? new URL(server) : null;
  const isPlain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (url !== null && isPlain && ['http:', 'https:'].includes(url.protocol)) return url.href.replace(/\/+$/, '');
  throw new FoliosError(
    'INPUT_INVALID',
    'a server is an address such as https://folios.example, and nothing secret in it',
  );
}

interface Answer<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** What the server answered; its problem as the error that it had there. */
export async function answerOf<Data>(asked: Promise<Answer<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await asked;
  if (response.ok && data !== undefined && data !== null) return data;
  throw problemOf(error, response);
}

/** The same, and null where there is no such thing. */
export async function foundOf<Data>(asked: Promise<Answer<Data>>): Promise<NonNullable<Data> | null> {
  const { data, error, response } = await asked;
  if (response.status === 404) return null;
  if (response.ok && data !== undefined && data !== null) return data;
  throw problemOf(error, response);
}

function problemOf(error: unknown, { status, url }: Response): FoliosError {
  const { code, detail, details } = (error ?? {}) as { code?: unknown; detail?: unknown; details?: unknown };
  if (typeof code === 'string' && Object.hasOwn(ERRORS, code) && typeof detail === 'string') {
    return new FoliosError(code as ErrorCode, detail, (details ?? {}) as Record<string, unknown>);
  }
  return new FoliosError('INTERNAL', `${new URL(url).origin} answered ${status}, which folios does not`);
}
