import type { DeliveryOutcome } from '../../src/contracts/activities/deliver-alert.ts';
import type { DeliverAlertInput } from '../../src/contracts/schemas/notification-channel.ts';

export type { DeliverAlertInput };

export interface DeliverAlertResult {
  readonly outcome: DeliveryOutcome;
  /** Why it was given up; null otherwise. */
  readonly reason: string | null;
}
