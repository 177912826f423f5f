import { headerOf, REFUSED_KEY_PREFIX, VendorRefusal, type VendorVoice } from '../engine/vendor-refusal.ts';

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

/** An error in Google's form. */
export function geminiRefusal(
  code: number,
  message: string,
  details: readonly unknown[] = [],
  headers: Record<string, string> = {},
): VendorRefusal {
  const status = STATUS_NAMES[code] ?? 'UNKNOWN';
  const error = details.length === 0 ? { code, message, status } : { code, message, status, details };
  return new VendorRefusal(code, message, { error }, headers);
}

export const geminiVoice: VendorVoice = {
  authorize: ({ headers, query, path }) => {
    // An upload's address is its own credential: the Python SDK sends the chunks without a key.
    if (path.startsWith('/upload/') && typeof query.upload_id === 'string') return;
    const inQuery = typeof query.key === 'string' && query.key !== '' ? query.key : null;
    const key = headerOf(headers, 'x-goog-api-key') ?? inQuery;
    if (key === null) {
      // Google answers 403 here, not 401.
      throw geminiRefusal(
        403,
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
      );
    }
    if (key.startsWith(REFUSED_KEY_PREFIX)) {
      throw geminiRefusal(400, 'API key not valid. Please pass a valid API key.', [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'API_KEY_INVALID',
          domain: 'googleapis.com',
          metadata: { service: 'generativelanguage.googleapis.com' },
        },
      ]);
    }
  },
  badRequest: (message) => geminiRefusal(400, message),
  noSuchRoute: (_method, path) => geminiRefusal(404, `The requested URL ${path} was not found on this server.`),
  tooLarge: () => geminiRefusal(400, 'Request payload size exceeds the limit: 20971520 bytes.'),
  rateLimited: (retryAfterSeconds) =>
    geminiRefusal(
      429,
      'You exceeded your current quota, please check your plan and billing details.',
      retryAfterSeconds === null
        ? []
        : [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterSeconds}s` }],
      retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) },
    ),
  internal: () => geminiRefusal(500, 'An internal error has occurred. Please retry.'),
  // Google has no 529: an overloaded model answers 503.
  overloaded: () => geminiRefusal(503, 'The model is overloaded. Please try again later.'),
  headers: () => ({ 'x-content-type-options': 'nosniff' }),
};

/** Gemini and Gemma models carry a version, or are the latest of a line. */
const MODEL = /^(gemini|gemma)-(\d[\w.-]*|(flash|pro|flash-lite)-latest)$/;

/** Refuses a model name (without `models/`) that does not exist. */
export function checkModel(model: string, version: string, method: string): void {
  if (MODEL.test(model)) return;
  throw geminiRefusal(
    404,
    `models/${model} is not found for API version ${version}, or is not supported for ${method}. Call ListModels to see the list of available models and their supported methods.`,
  );
}
