import type { ErrorCode } from '../../contracts/errors.ts';
import type { ProviderName } from '../../domain/research/provider.ts';
import { ProviderError } from '../../ports/llm-provider.ts';
import type { HttpOutcome } from './http-call.ts';
import { retryAfterMs } from './retry-after.ts';

export interface CallFacts {
  readonly provider: ProviderName;
  /** Completes the sentence "when asked to …". */
  readonly action: string;
  /** Whether the call makes the provider begin work that costs money. */
  readonly startsWork: boolean;
  /** Only to take it out of messages. */
  readonly apiKey: string;
}

const MAX_MESSAGE_LENGTH = 1000;

/** System errors that come before a byte of the request has left: the connection never stood. */
const UNCONNECTED_CODES = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'UND_ERR_CONNECT_TIMEOUT'];

/** 4xx answers that do not prove that nothing was begun: a gateway's timeout, and Google's "cancelled". */
const UNPROVEN_CLIENT_ERRORS = [408, 499];

/**
 * The one place that turns a failed call into a ProviderError (FoliosError ANSWER_TOO_LARGE passes unchanged). It
 * judges by what was seen on the wire, not by the vendors' error classes. The error carries no `cause`: a vendor's
 * error may quote headers or keys, and Temporal stores causes with their stacks.
 */
export function providerErrorOf(error: unknown, facts: CallFacts, outcome: HttpOutcome): Error {
  const own = ownErrorIn(outcome.kind === 'failed' ? outcome.error : error) ?? ownErrorIn(error);
  if (own) return own;
  if (outcome.kind === 'answered' && (outcome.status < 200 || outcome.status >= 300)) return fromAnswer(facts, outcome);
  if (outcome.kind === 'failed') return fromNetwork(facts, outcome);
  const detail = messageOf(error);
  if (outcome.kind === 'unsent') {
    return make(facts, { code: 'PROVIDER_UNAVAILABLE', sent: false }, `the request was not sent: ${detail}`);
  }
  return make(facts, { code: 'PROVIDER_UNAVAILABLE', sent: true }, `its answer could not be read: ${detail}`);
}

function fromAnswer(facts: CallFacts, answer: Extract<HttpOutcome, { kind: 'answered' }>): ProviderError {
  const { status, headers } = answer;
  const text = Buffer.from(answer.body.subarray(0, 64 * 1024)).toString('utf8');
  const body = parsedOrNull(text);
  const waitMs = retryAfterMs(headers, body, Date.now());
  const refused = status >= 400 && status < 500 && !UNPROVEN_CLIENT_ERRORS.includes(status);
  const verdict = { code: codeOf(status, body), sent: !refused, status, waitMs };
  return make(facts, verdict, `it answered ${status}: ${reasonIn(body) ?? (text.trim() || 'no reason given')}`);
}

function codeOf(status: number, body: unknown): ErrorCode {
  const error = (body as { error?: { code?: unknown; type?: unknown } } | null)?.error;
  // OpenAI says 429 for an empty account too, which no amount of waiting fills.
  if (error?.code === 'insufficient_quota' || error?.type === 'insufficient_quota') return 'PROVIDER_REJECTED';
  if (status === 429 || status === 529) return 'PROVIDER_RATE_LIMITED';
  if (status >= 500 || UNPROVEN_CLIENT_ERRORS.includes(status)) return 'PROVIDER_UNAVAILABLE';
  return 'PROVIDER_REJECTED';
}

function fromNetwork(facts: CallFacts, failure: Extract<HttpOutcome, { kind: 'failed' }>): ProviderError {
  const verdict = { code: 'PROVIDER_UNAVAILABLE', sent: !neverConnected(failure.error) } as const;
  if (failure.cause === 'aborted') return make(facts, verdict, 'the call was aborted on our side');
  if (failure.cause === 'timeout') return make(facts, verdict, 'it did not answer in time');
  return make(facts, verdict, `the connection failed: ${messageOf(failure.error)}`);
}

function make(
  facts: CallFacts,
  verdict: { code: ErrorCode; sent: boolean; status?: number; waitMs?: number | null },
  detail: string,
): ProviderError {
  const message = `${facts.provider} was asked to ${facts.action}, but ${redact(detail, facts.apiKey)}`;
  return new ProviderError(message.slice(0, MAX_MESSAGE_LENGTH), {
    code: verdict.code,
    effect: facts.startsWork && verdict.sent ? 'unknown' : 'none',
    status: verdict.status ?? null,
    retryAfterMs: verdict.waitMs ?? null,
  });
}

/** Text without the API key, should a provider quote it. */
function redact(text: string, apiKey: string): string {
  return apiKey === '' ? text : text.replaceAll(apiKey, '[key]');
}

function ownErrorIn(error: unknown): Error | null {
  for (const one of chainOf(error)) {
    if (one instanceof Error && (one.name === 'FoliosError' || one.name === 'ProviderError')) return one;
  }
  return null;
}

function neverConnected(error: unknown): boolean {
  return chainOf(error).some((one) => {
    const { code, syscall } = one as { code?: unknown; syscall?: unknown };
    return UNCONNECTED_CODES.includes(String(code)) || syscall === 'connect' || syscall === 'getaddrinfo';
  });
}

/** The error with its causes, outermost first; bounded, since causes can form a circle. */
function chainOf(error: unknown): object[] {
  const chain: object[] = [];
  let current = error;
  while (typeof current === 'object' && current !== null && chain.length < 8) {
    chain.push(current);
    current = (current as { cause?: unknown }).cause;
  }
  return chain;
}

function messageOf(error: unknown): string {
  const messages = chainOf(error).map((one) => {
    const { message, code } = one as { message?: unknown; code?: unknown };
    return String(message || code || '');
  });
  return [...new Set(messages.filter((one) => one !== ''))].join(': ') || String(error);
}

function reasonIn(body: unknown): string | null {
  const message = (body as { error?: { message?: unknown } } | null)?.error?.message;
  return typeof message === 'string' && message !== '' ? message : null;
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
