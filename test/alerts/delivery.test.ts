import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { sql } from 'kysely';
import pino from 'pino';
import { createDeliverAlertActivities } from '../../activities/alerts/deliver.ts';
import type { ChannelSettings } from '../../src/contracts/schemas/notification-channel.ts';
import { workflowIds } from '../../src/contracts/workflow-ids.ts';
import type { NewAlert } from '../../src/domain/alerts/alert.ts';
import { startAlertDispatcher } from '../../src/main/alert-dispatcher.ts';
import { createFailedRunWatch } from '../../src/main/failed-runs.ts';
import type { NotificationChannel } from '../../src/ports/notifier.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { waitFor } from '../factories/wait-for.ts';
import { type HttpReceiver, startHttpReceiver } from './receivers.ts';

const USER = '0198c0de-1111-7000-8000-0123456789ab';
const OWNED_ACCOUNT = randomUUID();

/** From an hour ago to an hour ahead. */
function quietNow() {
  const clockTime = (ms: number) => new Date(Date.now() + ms).toISOString().slice(11, 16);
  return { from: clockTime(-3_600_000), to: clockTime(3_600_000), timeZone: 'UTC' };
}

/** A history with its payloads as text. */
function readable(history: unknown): string {
  return JSON.stringify(history, (_key, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString() : value,
  );
}

describe('alerts on their way to channels', () => {
  let harness: ResearchHarness;
  let receiver: HttpReceiver;
  let dispatcher: { stop(): Promise<void> };
  let watch: () => Promise<void>;
  beforeAll(async () => {
    harness = await startResearchHarness({
      env: { NOTIFY_SECRET: 'canary-secret-of-the-webhook', FOLIOS_ALLOW_PRIVATE_WEBHOOKS: '127.0.0.0/8' },
    });
    const { deliveries, clock, alerts } = harness.services;
    watch = createFailedRunWatch({ client: harness.client, alerts, clock });
    dispatcher = startAlertDispatcher({
      ...{ deliveries, clock, client: harness.client, log: pino({ level: 'silent' }), lookEveryMs: 50 },
      ownedBy: async (ownerId) => ({
        strategies: new Set(),
        accounts: new Set(ownerId === USER ? [OWNED_ACCOUNT] : []),
      }),
    });
  });
  beforeEach(async () => {
    receiver = await startHttpReceiver();
  });
  afterEach(async () => {
    for (const { channelId } of await harness.services.channels.list()) {
      await harness.services.channels.remove(channelId, new Date());
    }
    await receiver.close();
  });
  afterAll(async () => {
    await dispatcher.stop();
    await harness.close();
  });

  const addChannel = async (more: Partial<NotificationChannel> = {}): Promise<string> => {
    const channelId = randomUUID();
    const settings: ChannelSettings = { kind: 'webhook', url: `${receiver.url}/hook`, secret: 'env:NOTIFY_SECRET' };
    await harness.services.channels.add({
      ...{ channelId, ownerId: null, name: `channel ${channelId}`, settings, quietHours: null, createdBy: 'ada' },
      ...{ rules: { kinds: [], minSeverity: 'info', strategyIds: [], accountIds: [] }, createdAt: new Date() },
      ...more,
    });
    return channelId;
  };
  const raise = async (more: Partial<NewAlert> = {}): Promise<string> => {
    const dedupeKey = more.dedupeKey ?? `key/${randomUUID()}`;
    await harness.services.alerts.raise({
      ...{ kind: 'order_rejected', subject: 'a subject', text: 'a reason', strategyId: null, accountId: null },
      ...{ workflowId: null, at: new Date() },
      ...more,
      dedupeKey,
    });
    const { db } = harness.services;
    const row = await db
      .selectFrom('alerts')
      .select('id')
      .where('dedupe_key', '=', dedupeKey)
      .executeTakeFirstOrThrow();
    return row.id;
  };
  const deliveryOf = (alertId: string, channelId: string) => harness.services.deliveries.find(alertId, channelId);
  const isSent = (alertId: string, channelId: string) => async () =>
    (await deliveryOf(alertId, channelId))?.state === 'sent';
  const endWindow = (alertId: string) =>
    sql`update alerts set dedupe_until = now() where id = ${alertId}`.execute(harness.services.db);

  test('an alert reaches every channel that wants it, once, and its secret is in no history', async () => {
    const [wanting, other] = [
      await addChannel(),
      await addChannel({ rules: { kinds: ['books_differ'], minSeverity: 'info', strategyIds: [], accountIds: [] } }),
    ];
    const alertId = await raise();
    await waitFor('the alert', isSent(alertId, wanting));
    expect(receiver.requests).toHaveLength(1);
    expect(receiver.requests[0]?.headers['idempotency-key']).toBe(`${alertId}/${wanting}/first`);
    expect(await deliveryOf(alertId, other)).toBeNull();
    const handle = harness.client.workflow.getHandle(workflowIds.deliverAlert(alertId, wanting));
    const history = readable(await handle.fetchHistory());
    expect(history).toContain(alertId);
    expect(history).not.toContain('canary');
    const { rows } = await sql<{ settings: string }>`select settings::text from notification_channels`.execute(
      harness.services.db,
    );
    expect(JSON.stringify(rows)).not.toContain('canary');
  });

  test('what is told of a user`s account goes to that user, and of others` to none but the operator', async () => {
    const [operators, users] = [await addChannel(), await addChannel({ ownerId: USER })];
    const [own, others] = [await raise({ accountId: OWNED_ACCOUNT }), await raise({ accountId: randomUUID() })];
    await waitFor('the operator', isSent(others, operators));
    await waitFor('the user', isSent(own, users));
    expect(await deliveryOf(others, users)).toBeNull();
  });

  test('a channel that is down is told when it is up again, and the attempts cost no history', async () => {
    const channelId = await addChannel();
    receiver.answer = { status: 503 };
    const alertId = await raise();
    await waitFor('two attempts', async () => receiver.requests.length >= 2);
    expect(await deliveryOf(alertId, channelId)).toMatchObject({
      state: 'waiting',
      lastError: expect.stringContaining('503'),
    });
    receiver.answer = { status: 200 };
    await waitFor('the alert', isSent(alertId, channelId));
    const keys = new Set(receiver.requests.map(({ headers }) => headers['idempotency-key']));
    expect(keys).toEqual(new Set([`${alertId}/${channelId}/first`]));
    const handle = harness.client.workflow.getHandle(workflowIds.deliverAlert(alertId, channelId));
    const events = (await handle.fetchHistory()).events ?? [];
    expect(
      events.filter(({ activityTaskScheduledEventAttributes: it }) => it?.activityType?.name === 'tellAlert'),
    ).toHaveLength(1);
  });

  test('what was sent and not recorded is sent again under the same key, and recorded once', async () => {
    const channelId = await addChannel();
    const { deliveries } = harness.services;
    const { recordSent } = deliveries;
    let lost = 0;
    Object.assign(deliveries, {
      recordSent: async (...args: Parameters<typeof recordSent>) => {
        lost += 1;
        if (lost === 1) throw new Error('the process is gone');
        return recordSent(...args);
      },
    });
    try {
      const alertId = await raise();
      await waitFor('the record', isSent(alertId, channelId));
      expect(receiver.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([
        `${alertId}/${channelId}/first`,
        `${alertId}/${channelId}/first`,
      ]);
      expect(await deliveryOf(alertId, channelId)).toMatchObject({ toldCount: 1 });
    } finally {
      Object.assign(deliveries, { recordSent });
    }
  });

  test('a repeated alert is counted, told once at first, and how often after its window', async () => {
    const channelId = await addChannel();
    const dedupeKey = `storm/${randomUUID()}`;
    const alertId = await raise({ dedupeKey, text: 'the first' });
    await waitFor('the first', isSent(alertId, channelId));
    for (let n = 2; n <= 5; n += 1) await raise({ dedupeKey, text: `number ${n}` });
    expect(receiver.requests).toHaveLength(1);
    await endWindow(alertId);
    // The workflow's wait was set when it began; this is its next attempt.
    const { alerts } = harness.services;
    const found = await alerts.find(alertId);
    expect(found).toMatchObject({ count: 5, text: 'the first\nnumber 2\nnumber 3\nnumber 4\nnumber 5' });
    const { tellRepetitions } = createDeliverAlertActivities(harness.services);
    const attempt = () => new MockActivityEnvironment().run(tellRepetitions, { alertId, channelId });
    expect([await attempt(), await attempt()]).toEqual(['sent', 'sent']);
    expect(receiver.requests).toHaveLength(2);
    expect(receiver.requests[1]?.body).toContain('(4 more since it was told)');
    expect(receiver.requests[1]?.headers['idempotency-key']).toBe(`${alertId}/${channelId}/repetitions`);
    await raise({ dedupeKey, text: 'a new window' });
    expect(
      (await alerts.list({ kind: 'order_rejected', limit: 500 })).filter(({ text }) => text === 'a new window'),
    ).toHaveLength(1);
  });

  test('quiet hours hold what is not critical', async () => {
    const quietHours = quietNow();
    const channelId = await addChannel({ quietHours });
    const [warning, critical] = [await raise(), await raise({ kind: 'order_unknown' })];
    await waitFor('the critical one', isSent(critical, channelId));
    const handle = harness.client.workflow.getHandle(workflowIds.deliverAlert(warning, channelId));
    await waitFor('the other one held', async () => {
      const { raw } = await handle.describe();
      return raw.pendingActivities?.[0]?.lastFailure?.applicationFailureInfo?.type === 'NOTIFICATION_HELD';
    });
    expect(receiver.requests).toHaveLength(1);
    expect(await deliveryOf(warning, channelId)).toMatchObject({ state: 'waiting', attempts: 0 });
  });

  test('a private address is given up at once, and told to the other channels', async () => {
    const settings: ChannelSettings = { kind: 'webhook', url: 'https://10.0.0.1/', secret: 'env:NOTIFY_SECRET' };
    const [good, bad] = [await addChannel(), await addChannel({ settings, name: 'the bad one' })];
    const alertId = await raise();
    await waitFor('giving up', async () => (await deliveryOf(alertId, bad))?.state === 'given_up');
    const handle = harness.client.workflow.getHandle(workflowIds.deliverAlert(alertId, bad));
    expect(await handle.result()).toMatchObject({
      outcome: 'given_up',
      reason: expect.stringContaining('NOTIFICATION_DENIED'),
    });
    await waitFor('the alert about it', async () =>
      receiver.requests.some(({ body }) => body.includes('the channel the bad one could not be told')),
    );
    const [about] = await harness.services.alerts.list({ kind: 'delivery_failed', limit: 1 });
    expect(await deliveryOf(about?.alertId ?? '', bad)).toBeNull();
    expect(await deliveryOf(about?.alertId ?? '', good)).not.toBeNull();
  });

  test('a test goes to its channel alone, even in quiet hours, and is no open alert', async () => {
    const quietHours = quietNow();
    const [channelId, other] = [await addChannel({ quietHours }), await addChannel()];
    const { deliveries, alerts } = harness.services;
    const alertId = await deliveries.planTest(channelId, 'ada', new Date());
    await waitFor('the test', isSent(alertId, channelId));
    expect(receiver.requests[0]?.body).toContain('ada asked for it');
    expect(await deliveryOf(alertId, other)).toBeNull();
    expect(await alerts.list({ acknowledged: false, kind: 'test', withTests: true, limit: 10 })).toEqual([]);
  });

  test('a removed channel drops what waits for it', async () => {
    const channelId = await addChannel();
    receiver.answer = { status: 503 };
    const alertId = await raise();
    await waitFor('an attempt', async () => receiver.requests.length >= 1);
    await harness.services.channels.remove(channelId, new Date());
    await waitFor('the end', async () => (await deliveryOf(alertId, channelId))?.state === 'dropped');
  });

  test('a run that failed before it had a task is alerted once', async () => {
    const workflowId = `research/${randomUUID()}`;
    const run = await harness.client.workflow.start('researchRun', {
      ...{ workflowId, taskQueue: 'folios', args: [{ strategyId: 'no-such-strategy' }] },
    });
    await run.result().catch(() => undefined);
    await waitFor('the alert', async () => {
      const fresh = createFailedRunWatch({ client: harness.client, ...harness.services });
      await fresh();
      return (await harness.services.alerts.list({ kind: 'run_failed', limit: 100 })).some(
        (one) => one.workflowId === workflowId,
      );
    });
    await watch();
    const about = (await harness.services.alerts.list({ kind: 'run_failed', limit: 100 })).filter(
      (one) => one.workflowId === workflowId,
    );
    expect(about).toMatchObject([{ count: 1, subject: expect.stringContaining('researchRun ended as failed') }]);
  });
});
