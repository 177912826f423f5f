import { BrokerError } from '../../ports/broker-session.ts';

/** An order that was not sent since it cannot be traded as it is written. */
export function orderInvalid(message: string, options?: ErrorOptions): BrokerError {
  return new BrokerError(message, { code: 'ORDER_INVALID', effect: 'none' }, options);
}

/** Nothing was sent: there is no connection that takes orders. */
export function notReady(message: string, options?: ErrorOptions): BrokerError {
  return new BrokerError(message, { code: 'BROKER_NOT_READY', effect: 'none' }, options);
}

/** The gateway gave no answer to something that changes nothing there. */
export function noAnswer(what: string, options?: ErrorOptions): BrokerError {
  return new BrokerError(
    `Interactive Brokers did not answer: ${what}`,
    { code: 'BROKER_UNAVAILABLE', effect: 'none' },
    options,
  );
}

/** Something that changes orders was sent and nobody knows whether it took effect. */
export function inDoubt(what: string, options?: ErrorOptions): BrokerError {
  return new BrokerError(
    `nobody knows whether this took effect at Interactive Brokers: ${what}`,
    { code: 'BROKER_UNAVAILABLE', effect: 'unknown' },
    options,
  );
}

/** The broker said no, with its number. */
export function rejected(what: string, brokerCode: number | null, effect: 'none' | 'unknown' = 'none'): BrokerError {
  return new BrokerError(what, { code: 'BROKER_REJECTED', effect, brokerCode });
}

/** Errors cross a promise boundary as anything; logs and messages want their text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
