import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import pino from 'pino';
import type { ChannelSettings } from '../../src/contracts/schemas/notification-channel.ts';
import { workflowIds } from '../../src/contracts/workflow-ids.ts';
import { startAlertDispatcher } from '../../src/main/alert-dispatcher.ts';
import { startHttpReceiver } from '../alerts/receivers.ts';
import type { ResearchHarness } from '../factories/research-harness.ts';
import { allIn, runIds, saveStrategy } from '../factories/research-runs.ts';

type Keep = (name: string, handle: Pick<WorkflowHandle, 'fetchHistory'>) => Promise<void>;

/** What the harness must be started with, so that a receiver on this machine may be told. */
export const ALERT_ENVIRONMENT = { NOTIFY_SECRET: 'recorded', FOLIOS_ALLOW_PRIVATE_WEBHOOKS: '127.0.0.0/8' };

/** Alerts that are told at the second attempt and that are given up, and a run that its budget denies. */
export async function recordAlerts(harness: ResearchHarness, keep: Keep): Promise<void> {
  const { services, client } = harness;
  const { deliveries, clock } = services;
  const dispatcher = startAlertDispatcher({
    ...{ deliveries, clock, client, log: pino({ level: 'silent' }), lookEveryMs: 50 },
    ownedBy: async () => ({ strategies: new Set(), accounts: new Set() }),
  });
  const receiver = await startHttpReceiver();
  const deliver = async (name: string, settings: ChannelSettings) => {
    const channelId = randomUUID();
    const rules = { kinds: [], minSeverity: 'info', strategyIds: [], accountIds: [] } as const;
    await services.channels.add({
      ...{ channelId, ownerId: null, name, settings, rules, quietHours: null, createdBy: 'recorder' },
      createdAt: clock.now(),
    });
    const alertId = await deliveries.planTest(channelId, 'recorder', clock.now());
    const handle = client.workflow.getHandle(workflowIds.deliverAlert(alertId, channelId));
    while (!(await handle.describe().catch(() => null))) await new Promise((resolve) => setTimeout(resolve, 50));
    await handle.result();
    await keep(name, handle);
  };
  try {
    const webhook = { kind: 'webhook', secret: 'env:NOTIFY_SECRET' } as const;
    await deliver('deliverAlert', { ...webhook, url: receiver.url });
    await deliver('deliverAlert.given-up', { ...webhook, url: 'https://10.0.0.1/' });
    await recordDenied(harness, keep);
  } finally {
    await dispatcher.stop();
    await receiver.close();
  }
}

async function recordDenied({ services, folios }: ResearchHarness, keep: Keep): Promise<void> {
  const slug = await saveStrategy(services, { providers: allIn('batch') });
  const strategyId = (await services.strategies.find(slug))?.id ?? '';
  await services.budgets.set({ strategyId, dailyUsd: '0', setBy: 'recorder', setAt: services.clock.now() });
  const { requestGroupId, taskId } = runIds();
  const { handle } = await folios.startResearchRun({
    ...{ strategyId: slug, requestGroupId, force: true, providers: ['openai'] },
  });
  await handle.result();
  await keep('researchRun.denied', handle);
  await keep('providerJob.denied', folios.providerJob(taskId('openai')));
}
