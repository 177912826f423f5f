import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pino from 'pino';
import { startAlertDispatcher } from '../../src/main/alert-dispatcher.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { waitFor } from '../factories/wait-for.ts';
import { type HttpReceiver, startHttpReceiver } from './receivers.ts';

let harness: ResearchHarness;
let receiver: HttpReceiver;
beforeAll(async () => {
  receiver = await startHttpReceiver();
  harness = await startResearchHarness({
    worker: false,
    env: { NOTIFY_SECRET: 'canary-of-the-killed', FOLIOS_ALLOW_PRIVATE_WEBHOOKS: '127.0.0.0/8' },
  });
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

test('a worker killed between sending and recording: the channel is told again under the same key, recorded once', async () => {
  const { deliveries, channels, alerts, clock } = harness.services;
  const channelId = randomUUID();
  await channels.add({
    ...{ channelId, ownerId: null, name: 'ops', quietHours: null, createdBy: 'ada', createdAt: new Date() },
    settings: { kind: 'webhook', url: receiver.url, secret: 'env:NOTIFY_SECRET' },
    rules: { kinds: [], minSeverity: 'info', strategyIds: [], accountIds: [] },
  });
  const child = fork(join(import.meta.dirname, 'killed-worker.ts'), { env: { ...harness.env }, execArgv: [] });
  const killed = once(child, 'exit');
  await once(child, 'message');
  const dispatcher = startAlertDispatcher({
    ...{ deliveries, clock, client: harness.client, log: pino({ level: 'silent' }), lookEveryMs: 50 },
    ownedBy: async () => ({ strategies: new Set(), accounts: new Set() }),
  });
  try {
    await alerts.raise({
      ...{ kind: 'order_unknown', subject: 's', text: 't', strategyId: null, accountId: null, workflowId: null },
      ...{ dedupeKey: randomUUID(), at: new Date() },
    });
    expect((await killed)[1]).toBe('SIGKILL');
    expect(receiver.requests).toHaveLength(1);
    await harness.startWorkers();
    const [alert] = await alerts.list({ limit: 1 });
    const alertId = alert?.alertId ?? '';
    await waitFor('the record', async () => (await deliveries.find(alertId, channelId))?.state === 'sent');
    const keys = receiver.requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([`${alertId}/${channelId}/first`, `${alertId}/${channelId}/first`]);
    expect(await deliveries.find(alertId, channelId)).toMatchObject({ toldCount: 1, attempts: 1, state: 'sent' });
  } finally {
    await dispatcher.stop();
  }
}, 60_000);
