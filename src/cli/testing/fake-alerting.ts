import type { AlertRecord, DeliveryRecord } from '../../ports/alerts.ts';
import type { BudgetStand, CostLine, LlmBudget } from '../../ports/budgets.ts';
import type { NotificationChannel } from '../../ports/notifier.ts';
import type { CliContext } from '../context.ts';
import { prepared } from './prepared.ts';

/** Alerts, channels and budgets that fakes answer from. */
export interface FakeAlerting {
  alerts: AlertRecord[];
  channels: NotificationChannel[];
  delivery: DeliveryRecord | null;
  budgets: BudgetStand[];
  set: LlmBudget[];
  costs: CostLine[];
}

export function noAlerting(): FakeAlerting {
  return { alerts: [], channels: [], delivery: null, budgets: [], set: [], costs: [] };
}

export function fakeAlerting({
  alerting,
}: {
  readonly alerting: FakeAlerting;
}): Pick<CliContext, 'alerts' | 'channels' | 'deliveries' | 'budgets'> {
  const openOf = (severity: AlertRecord['severity']) =>
    alerting.alerts.filter((alert) => alert.acknowledgedAt === null && alert.severity === severity).length;
  return {
    alerts: prepared<CliContext['alerts']>('alerts', {
      list: async ({ acknowledged }) =>
        alerting.alerts.filter(
          (alert) => acknowledged === undefined || (alert.acknowledgedAt !== null) === acknowledged,
        ),
      countOpen: async () => ({ info: openOf('info'), warning: openOf('warning'), critical: openOf('critical') }),
      async acknowledge(alertId, by, at) {
        const found = alerting.alerts.find((alert) => alert.alertId === alertId);
        if (!found) return null;
        const seen = { ...found, acknowledgedBy: by, acknowledgedAt: at };
        alerting.alerts = alerting.alerts.map((alert) => (alert === found ? seen : alert));
        return seen;
      },
    }),
    channels: prepared<CliContext['channels']>('channels', {
      list: async () => alerting.channels,
      add: async (channel) => void alerting.channels.push(channel),
      async remove(channelId) {
        const before = alerting.channels.length;
        alerting.channels = alerting.channels.filter((channel) => channel.channelId !== channelId);
        return alerting.channels.length < before;
      },
    }),
    deliveries: prepared<CliContext['deliveries']>('deliveries', {
      planTest: async () => 'test-alert',
      find: async () => alerting.delivery,
    }),
    budgets: prepared<CliContext['budgets']>('budgets', {
      list: async () => alerting.budgets,
      set: async (budget) => void alerting.set.push(budget),
      costs: async () => alerting.costs,
    }),
  };
}
