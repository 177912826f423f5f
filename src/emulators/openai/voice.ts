import { bearerOf, REFUSED_KEY_PREFIX, VendorRefusal, type VendorVoice } from '../engine/vendor-refusal.ts';

/** An error in OpenAI's form. */
export function openAiRefusal(
  status: number,
  message: string,
  facts: { type?: string; param?: string | null; code?: string | null; headers?: Record<string, string> } = {},
): VendorRefusal {
  const { type = 'invalid_request_error', param = null, code = null, headers = {} } = facts;
  return new VendorRefusal(status, message, { error: { message, type, param, code } }, headers);
}

export const openAiVoice: VendorVoice = {
  authorize: ({ headers }) => {
    const key = bearerOf(headers);
    if (key === null) {
      throw openAiRefusal(
        401,
        'Missing bearer authentication in header. Send your API key in an Authorization header, as in Authorization: Bearer YOUR_KEY.',
      );
    }
    if (key.startsWith(REFUSED_KEY_PREFIX)) {
      throw openAiRefusal(401, `Incorrect API key provided: ${masked(key)}.`, { code: 'invalid_api_key' });
    }
  },
  badRequest: (message) => openAiRefusal(400, message),
  noSuchRoute: (method, path) => openAiRefusal(404, `Invalid URL (${method} ${path})`),
  tooLarge: () => openAiRefusal(413, 'Maximum content size limit exceeded.', { code: 'payload_too_large' }),
  rateLimited: (retryAfterSeconds) =>
    openAiRefusal(429, 'Rate limit reached for requests. Please try again later.', {
      type: 'requests',
      code: 'rate_limit_exceeded',
      headers: retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) },
    }),
  internal: () =>
    openAiRefusal(500, 'The server had an error while processing your request. Sorry about that!', {
      type: 'server_error',
    }),
  // OpenAI has no 529: an overloaded engine answers 503.
  overloaded: () =>
    openAiRefusal(503, 'The engine is currently overloaded, please try again later.', { type: 'server_error' }),
  headers: (requestId) => ({ 'x-request-id': requestId, 'openai-version': '2020-10-01' }),
};

/** Families with a version, as the vendor names them; a name outside them does not exist. */
const MODEL = /^(gpt-\d[\w.-]*|o\d[\w.-]*|chatgpt-\d[\w.-]*|ft:[\w.:-]+)$/;

export function isOpenAiModel(model: string): boolean {
  return MODEL.test(model);
}

export function noSuchModel(model: string): VendorRefusal {
  return openAiRefusal(404, `The model '${model}' does not exist or you do not have access to it.`, {
    code: 'model_not_found',
  });
}

function masked(key: string): string {
  return key.length <= 8 ? '*'.repeat(key.length) : `${key.slice(0, 4)}${'*'.repeat(key.length - 8)}${key.slice(-4)}`;
}
