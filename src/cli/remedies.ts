import type { ErrorCode } from '../contracts/errors.ts';

/** What a person can do about an error; codes whose message already says it have none. */
const REMEDIES: Partial<Record<ErrorCode, string>> = {
  INPUT_INVALID: 'See `npm run folios -- help` for the commands, and `… <command> --help` for options and an example.',
  STRATEGY_NOT_FOUND: 'List the strategies with `folios strategies`.',
  STRATEGY_INVALID: 'Correct the file and add it again; nothing was stored.',
  PROVIDER_REJECTED: 'Read the provider’s reason; correct the model or the key, then enqueue again with --force.',
  PROVIDER_RATE_LIMITED: 'Wait a moment; a run that is under way waits by itself.',
  PROVIDER_UNAVAILABLE: 'Try again later; a run that is under way tries again by itself.',
  TASK_NOT_FOUND: 'List the tasks with `folios status`.',
  TASK_STATE_CONFLICT: 'See the task’s state with `folios status --task <id>`.',
  ORDER_DENIED: 'See every limit of the risk gate with `folios order show <id>`.',
  ORDER_NOT_FOUND: 'List the orders with `folios orders`.',
  QUOTE_UNAVAILABLE: 'Choose a day within the price history of the strategy’s price source.',
  BROKER_NOT_READY: 'Nothing was sent. See `folios doctor`, and try again when the broker is back.',
  BROKER_UNAVAILABLE: 'See what is known of the order with `folios order show <id>`; do not place it again by hand.',
  ARTIFACT_STORE_FULL: 'Free some space in the artifact store; the run goes on by itself.',
  ARTIFACT_STORE_READ_ONLY: 'Make the artifact store writable; the run goes on by itself.',
  DATABASE_UNREACHABLE: 'Start folios with `npm start`, or check DATABASE_URL.',
  DATABASE_SCHEMA_MISMATCH: 'Restart folios with `npm start`, which migrates the database.',
  STACK_NOT_RUNNING: 'Start folios with `npm start` in another terminal.',
  CONFIRMATION_REQUIRED: 'Say --yes if you mean it.',
  LEDGER_UNBALANCED: 'Stop trading this account and report it: nothing was written.',
  INTERNAL: 'This is a defect in folios. Please report it with this message.',
};

/** One sentence on what to do, or null. */
export function remedyFor(code: ErrorCode): string | null {
  return REMEDIES[code] ?? null;
}
