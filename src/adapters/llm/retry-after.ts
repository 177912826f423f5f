/** The longest wait that we take from a provider; a mistaken header must not park a job for days. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * When the provider asks to be left alone, in milliseconds from now; null if it does not say. Reads `retry-after-ms`,
 * `retry-after` in seconds or as an HTTP date, and Google's RetryInfo (`"retryDelay": "34.07s"`) in the error body.
 */
export function retryAfterMs(headers: Headers, body: unknown, nowMs: number): number | null {
  const candidates = [
    Number.parseFloat(headers.get('retry-after-ms') ?? ''),
    headerMs(headers.get('retry-after'), nowMs),
    retryInfoMs(body),
  ];
  const first = candidates.find((one) => Number.isFinite(one));
  return first === undefined ? null : Math.min(Math.max(Math.ceil(first), 0), MAX_RETRY_AFTER_MS);
}

function headerMs(value: string | null, nowMs: number): number {
  if (value === null) return Number.NaN;
  return /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
}

function retryInfoMs(body: unknown): number {
  const details = (body as { error?: { details?: unknown } } | null)?.error?.details;
  if (!Array.isArray(details)) return Number.NaN;
  const delays = details.map((detail: { retryDelay?: unknown } | null) => detail?.retryDelay);
  const delay = delays.find((one) => typeof one === 'string');
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(delay ?? '')?.[1];
  return seconds === undefined ? Number.NaN : Number(seconds) * 1000;
}
