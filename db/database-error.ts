import { type ErrorCode, FoliosError } from '../src/contracts/errors.ts';

/** Errors of sockets and of the driver that mean: nobody answered, or the connection broke. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  // A Unix socket that is not there: the server is not up.
  'ENOENT',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const NETWORK_MESSAGES =
  /timeout|terminated|not queryable|connection (?:ended|error)|Cannot use a pool after calling end/i;

/** SQLSTATEs (or their classes) that the same call may survive later: connection, resources, shutdown, deadlock, timeout. */
const TRANSIENT_STATES = /^(?:08|53|57P0|57014|55P03|40001|40P01)/;
/** The URL names a wrong user, password or database. */
const REFUSED_STATES = /^(?:28|3D000)/;
/** A table or column that this program expects is not there. */
const SCHEMA_STATES = /^(?:42P01|42703|42883|3F000)/;

/** The constraints that protect a promise of a port, and the code in which the port speaks of it. */
const CONSTRAINT_CODES: Readonly<Record<string, ErrorCode>> = {
  ledger_balanced: 'LEDGER_UNBALANCED',
  ledger_immutable: 'LEDGER_UNBALANCED',
  submission_intents_key_unique: 'TASK_STATE_CONFLICT',
  submission_intents_provider_job_unique: 'TASK_STATE_CONFLICT',
  execution_tasks_provider_job_unique: 'TASK_STATE_CONFLICT',
  submission_intents_task_id_fkey: 'TASK_NOT_FOUND',
  task_polls_task_id_fkey: 'TASK_NOT_FOUND',
  artifacts_task_id_fkey: 'TASK_NOT_FOUND',
  recommendations_task_id_fkey: 'TASK_NOT_FOUND',
  llm_usage_task_id_fkey: 'TASK_NOT_FOUND',
  tickets_task_id_fkey: 'TASK_NOT_FOUND',
  portfolio_accounts_strategy_id_fkey: 'STRATEGY_NOT_FOUND',
  trading_mode_changes_account_id_fkey: 'TICKET_CONFLICT',
  tickets_task_unique: 'TICKET_CONFLICT',
  orders_order_ref_unique: 'TICKET_CONFLICT',
  orders_pkey: 'TICKET_CONFLICT',
  tickets_account_id_fkey: 'TICKET_CONFLICT',
  order_events_key_unique: 'TICKET_CONFLICT',
  portfolio_accounts_name_unique: 'TICKET_CONFLICT',
  portfolio_accounts_broker_account_unique: 'TICKET_CONFLICT',
  users_name_unique: 'USER_CONFLICT',
  api_tokens_name_unique: 'USER_CONFLICT',
  api_tokens_user_id_fkey: 'RESOURCE_NOT_FOUND',
};

interface DriverError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly constraint?: unknown;
  readonly errors?: unknown;
}

/**
 * The one place where errors of the driver and the server become ours. A FoliosError passes unchanged; messages never
 * hold the password, since neither the driver nor the server repeats it.
 */
export function toFoliosError(error: unknown): Error {
  if (typeof error !== 'object' || error === null) return new FoliosError('INTERNAL', String(error));
  if ((error as { name?: unknown }).name === 'FoliosError') return error as Error;
  const { code, message, state, constraint } = facts(error);
  const options = { cause: error };
  if (NETWORK_CODES.has(code) || TRANSIENT_STATES.test(state) || (code === '' && NETWORK_MESSAGES.test(message))) {
    return new FoliosError('DATABASE_UNREACHABLE', `PostgreSQL does not answer: ${message}`, { cause: code }, options);
  }
  if (REFUSED_STATES.test(state)) {
    const text = `PostgreSQL refuses the connection: ${message}; check DATABASE_URL`;
    return new FoliosError('CONFIG_INVALID', text, { variable: 'DATABASE_URL', sqlState: state }, options);
  }
  if (SCHEMA_STATES.test(state)) {
    const text = `the database schema does not fit this program: ${message}`;
    return new FoliosError('DATABASE_SCHEMA_MISMATCH', text, { sqlState: state }, options);
  }
  const promised = CONSTRAINT_CODES[constraint];
  if (promised !== undefined) return new FoliosError(promised, message, { constraint }, options);
  // Values that no column accepts: a malformed UUID, a number out of range, an invalid day.
  if (state.startsWith('22')) return new FoliosError('INPUT_INVALID', message, { sqlState: state }, options);
  if (state !== '') return new FoliosError('INTERNAL', message, { sqlState: state, constraint }, options);
  return error as Error;
}

function facts(error: object): { code: string; message: string; state: string; constraint: string } {
  // Connecting to a name with several addresses fails with one error per address and no message of its own.
  const nested = (error as DriverError).errors;
  const source = (Array.isArray(nested) && nested.length > 0 ? nested[0] : error) as DriverError;
  const code = typeof source.code === 'string' ? source.code : '';
  return {
    code,
    message: typeof source.message === 'string' ? source.message : String(error),
    state: /^[0-9A-Z]{5}$/.test(code) && !NETWORK_CODES.has(code) ? code : '',
    constraint: typeof source.constraint === 'string' ? source.constraint : '',
  };
}

/** Runs `work` and turns whatever it throws into an error of ours. */
export async function translatingErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFoliosError(error);
  }
}

type AsyncMethods<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => Promise<infer R> ? (...args: A) => Promise<R> : never;
};

/** The same repository, whose every method speaks in our errors. */
export function withTranslatedErrors<T extends AsyncMethods<T>>(repository: T): T {
  const wrapped = Object.entries(repository).map(([name, method]) => [
    name,
    (...args: unknown[]) => translatingErrors(() => (method as (...all: unknown[]) => Promise<unknown>)(...args)),
  ]);
  return Object.fromEntries(wrapped) as T;
}
