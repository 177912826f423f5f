import type { ErrorCode } from '../errors.ts';
import type { DeliverAlertInput } from '../schemas/notification-channel.ts';

/** `dropped`: the channel was removed before it was told. */
export type DeliveryOutcome = 'sent' | 'dropped' | 'given_up';

/** The steps that tell one alert to one channel. Secrets are read inside of them and go nowhere else. */
export interface DeliverAlertActivities {
  /**
   * Tells the channel, unless it was told already; waits for the end of its quiet hours by failing until then. INPUT_INVALID,
   * NOTIFICATION_FAILED, NOTIFICATION_DENIED, NOTIFICATION_HELD.
   */
  tellAlert(input: DeliverAlertInput): Promise<'sent' | 'dropped'>;
  /** After the window of the alert: tells how often it was repeated since, if it was. The same errors. */
  tellRepetitions(input: DeliverAlertInput): Promise<'sent' | 'dropped'>;
  /** The channel could not be told for too long, or must not be: kept with the delivery and as an alert of its own. */
  giveUpDelivery(input: DeliverAlertInput & { readonly code: ErrorCode; readonly reason: string }): Promise<void>;
}
