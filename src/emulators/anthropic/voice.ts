import { bearerOf, headerOf, REFUSED_KEY_PREFIX, VendorRefusal, type VendorVoice } from '../engine/vendor-refusal.ts';

/** An error in Anthropic's form. Its request id is a body member, too; the response's header carries the same kind. */
export function anthropicRefusal(
  status: number,
  type: string,
  message: string,
  headers: Record<string, string> = {},
): VendorRefusal {
  return new VendorRefusal(status, message, { type: 'error', error: { type, message }, request_id: null }, headers);
}

export function invalidRequest(message: string): VendorRefusal {
  return anthropicRefusal(400, 'invalid_request_error', message);
}

export function notFound(message: string): VendorRefusal {
  return anthropicRefusal(404, 'not_found_error', message);
}

export const anthropicVoice: VendorVoice = {
  authorize: ({ headers }) => {
    const key = bearerOf(headers) ?? headerOf(headers, 'x-api-key');
    if (key === null) throw anthropicRefusal(401, 'authentication_error', 'x-api-key header is required');
    if (key.startsWith(REFUSED_KEY_PREFIX)) throw anthropicRefusal(401, 'authentication_error', 'invalid x-api-key');
    if (headerOf(headers, 'anthropic-version') === null) throw invalidRequest('anthropic-version: header is required');
  },
  badRequest: invalidRequest,
  noSuchRoute: () => notFound('Not found'),
  tooLarge: () => anthropicRefusal(413, 'request_too_large', 'Request exceeds the maximum allowed number of bytes.'),
  rateLimited: (retryAfterSeconds) =>
    anthropicRefusal(
      429,
      'rate_limit_error',
      'This request would exceed the rate limit for your organization. Please try again later.',
      retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) },
    ),
  internal: () => anthropicRefusal(500, 'api_error', 'Internal server error'),
  overloaded: () => anthropicRefusal(529, 'overloaded_error', 'Overloaded'),
  headers: (requestId) => ({ 'request-id': requestId }),
};

/** From this version on, sampling parameters are refused. */
const VERSION_WITHOUT_SAMPLING = '2026-10-21';

export function refusesSampling(version: string | null): boolean {
  return version !== null && version >= VERSION_WITHOUT_SAMPLING;
}

/** Claude models carry a version after their family: `claude-3-5-haiku-latest`, `claude-opus-4-1`. */
const MODEL = /^claude-([a-z]+-)?\d[a-z0-9.-]*$/;

export function isAnthropicModel(model: string): boolean {
  return MODEL.test(model);
}
