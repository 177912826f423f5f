import type { DeliverAlertActivities } from '../../src/contracts/activities/deliver-alert.ts';
import { FoliosError } from '../../src/contracts/errors.ts';
import { type DeliverAlertInput, deliverAlertInputSchema } from '../../src/contracts/schemas/notification-channel.ts';
import { AlertKind, Severity } from '../../src/domain/alerts/alert.ts';
import { quietForMs } from '../../src/domain/alerts/quiet-hours.ts';
import type { AlertBooks, AlertDeliveries, AlertRecord, DeliveryRecord } from '../../src/ports/alerts.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { NotificationChannel, NotificationChannels, Notifier } from '../../src/ports/notifier.ts';
import { notYet, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { parseInput } from '../input.ts';

/** A channel that was changed or removed meanwhile is noticed within this time. */
const LONGEST_PAUSE_MS = 10 * 60_000;

export interface DeliverAlertPorts {
  readonly alerts: AlertBooks;
  readonly deliveries: AlertDeliveries;
  readonly channels: NotificationChannels;
  readonly notifier: Notifier;
  readonly clock: Clock;
}

interface Telling {
  readonly alert: AlertRecord;
  readonly delivery: DeliveryRecord;
  /** Null where it was removed. */
  readonly channel: NotificationChannel | null;
}

/** Tells alerts to channels. What was sent and not recorded is sent again, with the same idempotency key. */
export function createDeliverAlertActivities(ports: DeliverAlertPorts): DeliverAlertActivities {
  const { alerts, deliveries, clock } = ports;
  return withFailures<DeliverAlertActivities>({
    async tellAlert(input) {
      const telling = await load(ports, parseInput(deliverAlertInputSchema, input));
      if (telling.delivery.toldCount > 0) return 'sent';
      return withHeartbeat(() => tell(ports, telling));
    },

    async tellRepetitions(input) {
      const given = parseInput(deliverAlertInputSchema, input);
      const endsAt = await deliveries.windowEndsAt(given.alertId);
      const leftMs = (endsAt?.getTime() ?? 0) - clock.now().getTime();
      if (leftMs > 0)
        throw notYet('NOTIFICATION_HELD', 'repetitions are still counted', Math.min(leftMs, LONGEST_PAUSE_MS));
      const telling = await load(ports, given);
      if (telling.alert.count <= telling.delivery.toldCount) return 'sent';
      return withHeartbeat(() => tell(ports, telling));
    },

    async giveUpDelivery({ code, reason, ...input }) {
      const { alertId, channelId } = parseInput(deliverAlertInputSchema, input);
      const channel = await ports.channels.find(channelId);
      await deliveries.end(alertId, channelId, 'given_up', `${code}: ${reason}`);
      const alert = await alerts.find(alertId);
      // An alert about a channel that fails at the next channel must not make another one.
      if (alert?.kind === AlertKind.deliveryFailed || alert?.kind === AlertKind.test) return;
      await alerts.raise({
        kind: AlertKind.deliveryFailed,
        subject: `the channel ${channel?.name ?? channelId} could not be told of an alert`,
        text: `${alert?.subject ?? alertId}: ${code}: ${reason}`,
        ...{ strategyId: alert?.strategyId ?? null, accountId: alert?.accountId ?? null },
        workflowId: `alert/${alertId}/${channelId}`,
        dedupeKey: `delivery_failed/${channelId}`,
        at: clock.now(),
      });
    },
  });
}

async function load(ports: DeliverAlertPorts, { alertId, channelId }: DeliverAlertInput): Promise<Telling> {
  const [alert, delivery, channel] = await Promise.all([
    ports.alerts.find(alertId),
    ports.deliveries.find(alertId, channelId),
    ports.channels.find(channelId),
  ]);
  if (alert && delivery) return { alert, delivery, channel };
  throw new FoliosError('INPUT_INVALID', `no delivery of alert ${alertId} to channel ${channelId} is planned`);
}

async function tell(
  { deliveries, notifier, clock }: DeliverAlertPorts,
  { alert, delivery, channel }: Telling,
): Promise<'sent' | 'dropped'> {
  const { alertId, channelId, toldCount } = delivery;
  if (channel === null) {
    await deliveries.end(alertId, channelId, 'dropped', 'the channel was removed');
    return 'dropped';
  }
  const mayWait = alert.severity !== Severity.critical && alert.kind !== AlertKind.test;
  const quietMs = mayWait ? quietForMs(channel.quietHours, clock.now()) : 0;
  if (quietMs > 0)
    throw notYet('NOTIFICATION_HELD', 'the channel has quiet hours', Math.min(quietMs, LONGEST_PAUSE_MS));
  try {
    const idempotencyKey = `${alertId}/${channelId}/${toldCount === 0 ? 'first' : 'repetitions'}`;
    await notifier.send(channel.settings, { idempotencyKey, alert, toldBefore: toldCount });
  } catch (error) {
    await deliveries.recordAttempt(alertId, channelId, error instanceof Error ? error.message : String(error));
    throw error;
  }
  await deliveries.recordAttempt(alertId, channelId, null);
  await deliveries.recordSent(alertId, channelId, alert.count, clock.now());
  return 'sent';
}
