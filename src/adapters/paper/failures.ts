import type { ErrorCode } from '../../contracts/errors.ts';
import { BrokerError } from '../../ports/broker-session.ts';

/** A failure after which the paper broker is as it was. */
export function withoutEffect(code: ErrorCode, message: string, cause?: unknown): BrokerError {
  return new BrokerError(message, { code, effect: 'none' }, cause === undefined ? {} : { cause });
}

/** An order, or a change of one, that cannot be traded as it is written. */
export function orderInvalid(message: string): BrokerError {
  return withoutEffect('ORDER_INVALID', message);
}

/** Errors cross a promise boundary as anything; messages want their text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
