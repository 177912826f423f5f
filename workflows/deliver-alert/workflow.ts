import {
  type ActivityOptions,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { DeliverAlertActivities } from '../../src/contracts/activities/deliver-alert.ts';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/search-attributes.ts';
import { finalFailure, stepFailure } from '../failures.ts';
import type { DeliverAlertInput, DeliverAlertResult } from './messages.ts';

/** So long a channel may be down, quiet hours included, before an alert for it is given up. */
const GIVE_UP_AFTER = '3 days';

/** Waiting and failing alike are retries, so that a channel that is down for days leaves a handful of events. */
const telling: ActivityOptions = {
  startToCloseTimeout: '40 seconds',
  heartbeatTimeout: '8 seconds',
  scheduleToCloseTimeout: GIVE_UP_AFTER,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '10 minutes' },
};
const { tellAlert } = proxyActivities<DeliverAlertActivities>({ ...telling, summary: 'tell the channel' });
const { tellRepetitions } = proxyActivities<DeliverAlertActivities>({
  ...telling,
  summary: 'tell how often it was repeated, after its window',
});
const { giveUpDelivery } = proxyActivities<DeliverAlertActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '1 minute' },
  summary: 'keep that it was given up',
});

/**
 * Tells one alert to one channel: at once, and once more how often it was repeated. At least once, with the same idempotency
 * key at every attempt. A channel that does not take it for three days, or must not be sent to, is an alert of its own; that
 * is not a failure of this workflow.
 */
export async function deliverAlert(input: DeliverAlertInput): Promise<DeliverAlertResult> {
  try {
    const outcome = await tellAlert(input);
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.kind, value: 'alert' }]);
    setCurrentDetails(`told: ${outcome}; waiting for repetitions`);
    if (outcome === 'sent') await tellRepetitions(input);
    setCurrentDetails(`told: ${outcome}`);
    return { outcome, reason: null };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { code, reason } = stepFailure(error, 'NOTIFICATION_FAILED');
    if (code === 'INPUT_INVALID') throw finalFailure(error, 'NOTIFICATION_FAILED');
    await giveUpDelivery({ ...input, code, reason });
    setCurrentDetails(`given up: ${code}: ${reason}`);
    return { outcome: 'given_up', reason: `${code}: ${reason}` };
  }
}
