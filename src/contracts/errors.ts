/**
 * The one registry of error codes. A code is never reused for another meaning; `docs/errors.md` has a section for each
 * and a test checks that both agree. `retryable` says whether the same call may succeed later without a person.
 */
export const ERRORS = {
  INPUT_INVALID: { retryable: false, summary: 'A workflow, command or request input does not fit its schema.' },
  STRATEGY_NOT_FOUND: { retryable: false, summary: 'No strategy has this id or slug.' },
  STRATEGY_INVALID: {
    retryable: false,
    summary: 'A strategy file does not fit its schema; every mistake is named with its path.',
  },
  PROVIDER_UNKNOWN: {
    retryable: false,
    summary: 'The named LLM provider does not exist or is not part of the strategy.',
  },
  PROVIDER_KEY_MISSING: { retryable: false, summary: 'A real provider is configured but its API key is not set.' },
  PROVIDER_REJECTED: {
    retryable: false,
    summary: 'The provider refused the request (4xx); repeating it would not help.',
  },
  PROVIDER_RATE_LIMITED: { retryable: true, summary: 'The provider asked us to slow down (429, 529).' },
  PROVIDER_UNAVAILABLE: { retryable: true, summary: 'The provider failed or could not be reached (5xx, network).' },
  SUBMIT_IN_DOUBT: {
    retryable: true,
    summary: 'A submission may or may not have taken effect; it is being looked up at the provider.',
  },
  BUDGET_EXCEEDED: {
    retryable: false,
    summary: "The call could cost more than the day's budget has left; nothing was asked.",
  },
  JOB_NOT_ENDED: { retryable: true, summary: 'The provider is still working on the job.' },
  JOB_FAILED: { retryable: false, summary: 'The provider ended the job as failed.' },
  JOB_EXPIRED: { retryable: false, summary: 'The provider did not finish the job within its completion window.' },
  JOB_CANCELLED: { retryable: false, summary: 'The job was cancelled, by a person here or at the provider.' },
  JOB_PARTLY_FAILED: { retryable: false, summary: 'The batch completed, but our item in it failed or expired.' },
  JOB_TIMED_OUT: { retryable: false, summary: 'The job did not end within the time the strategy allows.' },
  ANSWER_MALFORMED: {
    retryable: false,
    summary: 'The answer was not valid recommendations, also after it was asked for again.',
  },
  ANSWER_TOO_LARGE: { retryable: false, summary: 'The answer is larger than folios accepts.' },
  SCHEDULE_NOT_FOUND: { retryable: false, summary: 'The strategy has no schedule, or no schedule has this name.' },
  TASK_NOT_FOUND: { retryable: false, summary: 'No execution task has this id.' },
  TASK_STATE_CONFLICT: { retryable: false, summary: 'The task is in a state that does not allow this step.' },
  TICKET_CONFLICT: {
    retryable: false,
    summary: 'The ticket or an order of it is in a state that does not allow this step.',
  },
  ORDER_NOT_FOUND: { retryable: false, summary: 'No order or ticket has this id.' },
  ORDER_INVALID: {
    retryable: false,
    summary: 'An order cannot be traded as it is written; every problem is named with its path.',
  },
  ORDER_DENIED: { retryable: false, summary: 'The risk gate denies the order or its change; the limits are named.' },
  ORDER_STATE_CONFLICT: {
    retryable: false,
    summary: 'The order is in a state that does not allow this event; the event is kept.',
  },
  BOOKS_DIFFER: {
    retryable: false,
    summary: "Our books of an account and its broker's differ, and nothing explains it.",
  },
  BROKER_NOT_READY: { retryable: true, summary: 'The broker session is not connected and ready; nothing was sent.' },
  BROKER_REJECTED: { retryable: false, summary: 'The broker refused the order or the request.' },
  BROKER_UNAVAILABLE: { retryable: true, summary: 'The broker did not answer; what was asked may have taken effect.' },
  BROKER_SESSION_CONFLICT: {
    retryable: true,
    summary: 'Another process, or another program with this client id, holds the broker session.',
  },
  QUOTE_UNAVAILABLE: { retryable: true, summary: 'The market data source has no price for the ticker at that date.' },
  TICKER_UNKNOWN: { retryable: false, summary: 'The market data source does not know the ticker.' },
  LEDGER_UNBALANCED: { retryable: false, summary: 'A booking would not balance; nothing was written.' },
  NOTIFICATION_FAILED: { retryable: true, summary: 'A notification channel did not take an alert; it is told again.' },
  NOTIFICATION_DENIED: {
    retryable: false,
    summary: 'An alert must not be sent to this address: it is not public, or not encrypted.',
  },
  NOTIFICATION_HELD: {
    retryable: true,
    summary: 'An alert waits: for the end of quiet hours, or of the time in which repetitions are counted.',
  },
  ARTIFACT_STORE_FULL: { retryable: true, summary: 'The artifact store has no space left.' },
  ARTIFACT_STORE_READ_ONLY: { retryable: true, summary: 'The artifact store refuses writes.' },
  ARTIFACT_STORE_UNAVAILABLE: { retryable: true, summary: 'The artifact store could not be reached.' },
  ARTIFACT_NOT_FOUND: { retryable: false, summary: 'No artifact has this address.' },
  BUNDLE_CHANGED: {
    retryable: false,
    summary: 'A lineage bundle is not what was written; the first changed byte is named.',
  },
  ARTIFACT_CORRUPT: { retryable: false, summary: 'An artifact does not match its recorded sha256.' },
  CONFIG_INVALID: { retryable: false, summary: 'An environment variable has a value that cannot be used.' },
  PORT_IN_USE: {
    retryable: false,
    summary: 'A port that folios needs is taken; the message names it and its variable.',
  },
  TEMPORAL_UNREACHABLE: { retryable: true, summary: 'The Temporal server does not answer.' },
  TEMPORAL_UNAVAILABLE: {
    retryable: false,
    summary: 'The embedded Temporal server could not be provisioned or started, or ended by itself.',
  },
  PAYLOAD_UNREADABLE: {
    retryable: false,
    summary: 'A Temporal payload cannot be decrypted: its key is not configured, or it was changed.',
  },
  DATABASE_UNREACHABLE: { retryable: true, summary: 'PostgreSQL does not answer.' },
  DATABASE_UNAVAILABLE: {
    retryable: false,
    summary: 'The embedded PostgreSQL could not be provisioned or started, or ended by itself.',
  },
  DATABASE_SCHEMA_MISMATCH: { retryable: false, summary: 'The database schema is older or newer than this program.' },
  STATE_IN_USE: { retryable: false, summary: 'Another running folios uses this state directory.' },
  STACK_NOT_RUNNING: { retryable: false, summary: 'The command needs the running service.' },
  CONFIRMATION_REQUIRED: {
    retryable: false,
    summary: 'The command would change something and neither a terminal nor --yes is there.',
  },
  UNAUTHENTICATED: { retryable: false, summary: 'No valid session or token came with the request.' },
  ACCESS_DENIED: { retryable: false, summary: 'The user or the token may not do this.' },
  ORIGIN_REFUSED: {
    retryable: false,
    summary: 'The request comes from another site, or lacks the proof that it comes from our own page.',
  },
  RESOURCE_NOT_FOUND: { retryable: false, summary: 'There is no such thing, or it is somebody else’s.' },
  METHOD_NOT_ALLOWED: { retryable: false, summary: 'The address exists, but not with this method.' },
  PAYLOAD_TOO_LARGE: { retryable: false, summary: 'The body of the request is larger than folios accepts.' },
  MEDIA_TYPE_UNSUPPORTED: { retryable: false, summary: 'The body of the request is not of a type that folios reads.' },
  RATE_LIMITED: { retryable: true, summary: 'Too many requests, or too many failed logins, in a short time.' },
  NAME_TAKEN: { retryable: false, summary: 'The name is taken by something that is not yours.' },
  USER_CONFLICT: { retryable: false, summary: 'The change of a user cannot be made as users stand now.' },
  IDEMPOTENCY_CONFLICT: {
    retryable: false,
    summary: 'The idempotency key was used before, with another request.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    retryable: true,
    summary: 'The first request with this idempotency key is still at work.',
  },
  INTERNAL: { retryable: false, summary: 'A defect in folios; please report it with the message.' },
} as const satisfies Record<string, { retryable: boolean; summary: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** An error with a stable code. Test `code` and `name`, not `instanceof`: realms and bundles have classes of their own. */
export class FoliosError extends Error {
  override readonly name = 'FoliosError';
  readonly code: ErrorCode;
  /** What a person or program needs to understand the case; plain JSON, never a secret. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** The code of an error made by folios, or null. */
export function errorCodeOf(error: unknown): ErrorCode | null {
  if (typeof error !== 'object' || error === null) return null;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && code in ERRORS ? (code as ErrorCode) : null;
}
