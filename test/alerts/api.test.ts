import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAlertDeliveries } from '../../db/repositories/alert-deliveries.ts';
import { createAlertBooks } from '../../db/repositories/alerts.ts';
import { createLlmBudgets } from '../../db/repositories/llm-budgets.ts';
import { createNotificationChannels } from '../../db/repositories/notification-channels.ts';
import { createStrategyRepository } from '../../db/repositories/strategies.ts';
import { remoteChannels } from '../../src/cli/remote/remote-channels.ts';
import { remoteAlerts, remoteBudgets } from '../../src/cli/remote/remote-notices.ts';
import { createApiClient } from '../../src/client/api-client.ts';
import type { AlertKind } from '../../src/domain/alerts/alert.ts';
import { secretPrefixOf } from '../../src/domain/alerts/secret-reference.ts';
import { type ApiStand, type Caller, startApi } from '../api/api-stand.ts';
import { savedStrategy } from '../integration/db/fixtures.ts';

interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly nextCursor: string | null;
}

describe('alerts, channels and costs by the API', () => {
  let api: ApiStand;
  let [admin, ada, bo, viewer] = [] as unknown as [Caller, Caller, Caller, Caller];
  let [adas, bos] = ['', ''];
  let slugOfBo = '';
  beforeAll(async () => {
    // The ports are over the stand's own database, which is there only after the start: they are reached late.
    const late: Record<string, unknown> = {};
    const port = (name: string) =>
      new Proxy({}, { get: (_target, key) => (late[name] as Record<PropertyKey, unknown>)[key as string] });
    const ports = Object.fromEntries(
      ['alerts', 'deliveries', 'channels', 'budgets', 'strategies'].map((name) => [name, port(name)]),
    );
    // Streams are no part of this.
    const changes = { close: async () => undefined };
    api = await startApi({ ports: { ...ports, changes } as object });
    const { db } = api.database;
    Object.assign(late, {
      alerts: createAlertBooks(db),
      deliveries: createAlertDeliveries(db),
      channels: createNotificationChannels(db),
      budgets: createLlmBudgets(db),
      strategies: createStrategyRepository(db),
    });
    admin = await api.addUser('root', 'admin');
    ada = await api.addUser('ada', 'trader');
    bo = await api.addUser('bo', 'trader');
    viewer = await api.addUser('eve', 'viewer');
    const [first, second] = [await savedStrategy(db), await savedStrategy(db)];
    [adas, bos, slugOfBo] = [first.id, second.id, second.document.slug];
    await api.ports.ownership.claimStrategy(adas, ada.user.userId);
    await api.ports.ownership.claimStrategy(bos, bo.user.userId);
    for (let n = 0; n < 5; n += 1) await raise(adas, `of ada ${n}`, n);
    await raise(bos, 'of bo', 9);
    await raise(null, 'of the service', 10, 'switch_turned');
  });
  afterAll(() => api.close());

  const raise = (strategyId: string | null, text: string, minute: number, kind: AlertKind = 'run_failed') =>
    createAlertBooks(api.database.db).raise({
      ...{ kind, subject: 'a subject', text, strategyId, accountId: null, workflowId: null },
      ...{ dedupeKey: text, at: new Date(Date.UTC(2026, 10, 22, 11, minute)) },
    });
  const get = async (url: string, caller: Caller) => (await api.call({ method: 'GET', url }, caller)).json<Page>();
  const statusOf = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, caller: Caller, payload?: object) =>
    (await api.call({ method, url, ...(payload ? { payload } : {}) }, caller)).statusCode;

  test('everybody sees the alerts of their own, administrators all; pages follow each other', async () => {
    const first = await get('/api/v1/alerts?limit=3', ada);
    expect(first.items.map(({ text }) => text)).toEqual(['of ada 4', 'of ada 3', 'of ada 2']);
    const second = await get(`/api/v1/alerts?limit=3&cursor=${first.nextCursor}`, ada);
    expect(second.items.map(({ text }) => text)).toEqual(['of ada 1', 'of ada 0']);
    expect(second.nextCursor).toBeNull();
    expect((await get('/api/v1/alerts', bo)).items.map(({ text }) => text)).toEqual(['of bo']);
    expect((await get('/api/v1/alerts', viewer)).items).toEqual([]);
    expect((await get('/api/v1/alerts?kind=switch_turned', admin)).items).toHaveLength(1);
    expect((await get('/api/v1/alerts', admin)).items).toHaveLength(7);
  });

  test('what is somebody else`s can be neither read nor acknowledged', async () => {
    const [own] = (await get('/api/v1/alerts', ada)).items;
    const url = `/api/v1/alerts/${own?.alertId}`;
    expect(await statusOf('GET', url, bo)).toBe(404);
    expect(await statusOf('POST', `${url}/acknowledge`, bo)).toBe(404);
    expect(await statusOf('POST', `${url}/acknowledge`, viewer)).toBe(403);
    const seen = await api.call({ method: 'POST', url: `${url}/acknowledge` }, ada);
    expect(seen.json()).toMatchObject({ acknowledgedBy: 'ada' });
    expect((await get('/api/v1/alerts', ada)).items).toHaveLength(4);
    expect((await get('/api/v1/alerts?all=true', ada)).items).toHaveLength(5);
  });

  test.each(['limit=0', 'limit=501', 'kind=nonsense', 'all=maybe', 'unknown=1'])(
    'a bad question (%s) is refused',
    async (query) => {
      expect(await statusOf('GET', `/api/v1/alerts?${query}`, ada)).toBe(400);
    },
  );

  test('a cursor that is none of ours begins no page', async () => {
    const hostile = Buffer.from(JSON.stringify({ at: "'; drop", id: 'x' })).toString('base64url');
    for (const cursor of ['e30', hostile])
      expect(await statusOf('GET', `/api/v1/alerts?cursor=${cursor}`, ada)).toBe(404);
  });

  const channel = (secret: string, more: object = {}) => ({
    name: `ops ${randomUUID()}`,
    settings: { kind: 'webhook', url: 'https://hooks.example.com/x', secret },
    ...more,
  });

  test('a channel belongs to its user, and names only secrets that are theirs', async () => {
    const prefix = secretPrefixOf(ada.user.userId);
    const channels = '/api/v1/notifications/channels';
    expect(await statusOf('POST', channels, ada, channel('env:NOTIFY_OPERATORS'))).toBe(403);
    expect(await statusOf('POST', channels, ada, channel(`env:${secretPrefixOf(bo.user.userId)}X`))).toBe(403);
    expect(await statusOf('POST', channels, viewer, channel('env:NOTIFY_X'))).toBe(403);
    const added = await api.call({ method: 'POST', url: channels, payload: channel(`env:${prefix}HOOK`) }, ada);
    expect(added.statusCode).toBe(200);
    const { channelId } = added.json<{ channelId: string }>();
    expect((await get(channels, ada)).items).toHaveLength(1);
    expect((await get(channels, bo)).items).toEqual([]);
    for (const [method, url] of [
      ['GET', `${channels}/${channelId}/deliveries`],
      ['POST', `${channels}/${channelId}/test`],
      ['DELETE', `${channels}/${channelId}`],
    ] as const) {
      expect(await statusOf(method, url, bo)).toBe(404);
    }
    const test = createAlertDeliveries(api.database.db);
    const asked = api.call({ method: 'POST', url: `${channels}/${channelId}/test` }, ada);
    let unstarted: readonly { alertId: string }[] = [];
    while (unstarted.length === 0) unstarted = await test.listUnstarted(1);
    await test.recordSent(unstarted[0]?.alertId ?? '', channelId, 1, api.clock.now);
    expect((await asked).json()).toMatchObject({ state: 'sent', toldCount: 1 });
    expect((await get(`${channels}/${channelId}/deliveries`, admin)).items).toHaveLength(1);
    expect(await statusOf('DELETE', `${channels}/${channelId}`, ada)).toBe(200);
    expect(await statusOf('DELETE', `${channels}/${channelId}`, ada)).toBe(404);
  });

  test.each([
    ['a secret that is typed', channel('hunter2')],
    [
      'an address with a password',
      {
        ...channel('env:NOTIFY_X'),
        settings: { kind: 'webhook', url: 'https://a:b@c.example/', secret: 'env:NOTIFY_X' },
      },
    ],
    [
      'another protocol',
      { ...channel('env:NOTIFY_X'), settings: { kind: 'webhook', url: 'file:///etc/passwd', secret: 'env:NOTIFY_X' } },
    ],
    [
      'a header in a mail address',
      {
        name: 'm',
        settings: {
          kind: 'email',
          host: 'h',
          port: 25,
          security: 'none',
          from: 'a@b.example\r\nBcc: x@y.example',
          to: ['a@b.example'],
        },
      },
    ],
    ['an unknown field', channel('env:NOTIFY_X', { more: 1 })],
    [
      'an unknown time zone',
      channel('env:NOTIFY_X', { quietHours: { from: '22:00', to: '07:00', timeZone: 'Mars/X' } }),
    ],
    ['hours that are none', channel('env:NOTIFY_X', { quietHours: { from: '25:00', to: '07:00', timeZone: 'UTC' } })],
    ['a name of SQL', { ...channel('env:NOTIFY_X'), name: "'; drop table alerts; --" }],
  ])('%s is refused', async (_what, payload) => {
    expect(await statusOf('POST', '/api/v1/notifications/channels', admin, payload)).toBe(400);
  });

  test('costs and budgets are of the strategies that one sees; that of the service is for administrators', async () => {
    const set = (caller: Caller, strategy: string | null, dailyUsd: string | null = '5') =>
      statusOf('PUT', '/api/v1/budgets', caller, { strategy, dailyUsd });
    expect(await set(ada, slugOfBo)).toBe(404);
    expect(await set(ada, null)).toBe(403);
    expect(await set(viewer, adas)).toBe(403);
    expect([await set(ada, adas), await set(bo, slugOfBo), await set(admin, null, '20')]).toEqual([200, 200, 200]);
    for (const bad of ['-1', '1e9', 'NaN', '']) expect(await set(ada, adas, bad)).toBe(400);
    expect((await get('/api/v1/budgets', ada)).items).toMatchObject([
      { strategyId: adas, dailyUsd: '5', spentUsd: '0' },
    ]);
    expect((await get('/api/v1/budgets', admin)).items.map(({ strategyId }) => strategyId)).toContain(null);
    expect(await statusOf('GET', `/api/v1/costs?strategy=${slugOfBo}`, ada)).toBe(404);
    expect(await statusOf('GET', '/api/v1/costs?days=0', ada)).toBe(400);
    expect(await get('/api/v1/costs?days=7', ada)).toMatchObject({ totalUsd: '0', items: [], since: '2026-11-16' });
  });

  test('the command line does the same through the server', async () => {
    const client = createApiClient({
      server: 'http://127.0.0.1:5001',
      token: ada.headers.authorization?.slice('Bearer '.length) ?? null,
      async fetch(request) {
        const { pathname, search } = new URL(request.url);
        const answer = await api.call({
          ...{ method: request.method as 'GET', url: `${pathname}${search}` },
          headers: Object.fromEntries(request.headers),
          ...(request.body ? { payload: await request.text() } : {}),
        });
        return new Response(answer.body, {
          status: answer.statusCode,
          headers: { 'content-type': String(answer.headers['content-type']) },
        });
      },
    });
    const channels = remoteChannels(client);
    const channel = {
      ...{
        channelId: randomUUID(),
        ownerId: null,
        name: 'remote',
        quietHours: null,
        createdBy: '',
        createdAt: new Date(),
      },
      settings: { kind: 'slack', url: `env:${secretPrefixOf(ada.user.userId)}SLACK` },
      rules: { kinds: [], minSeverity: 'warning', strategyIds: [], accountIds: [] },
    } as const;
    await channels.add(channel);
    const [added] = await channels.list();
    expect(added).toMatchObject({ name: 'remote', ownerId: ada.user.userId, createdBy: 'ada' });
    expect(await channels.remove(added?.channelId ?? '', new Date())).toBe(true);
    const alerts = remoteAlerts(client);
    const open = await alerts.list({ acknowledged: false, limit: 10 });
    const seen = await alerts.acknowledge(open[0]?.alertId ?? '', 'whoever', new Date());
    expect(seen).toMatchObject({ acknowledgedBy: 'ada' });
    expect((await alerts.list({ limit: 10 })).length).toBe(open.length + 1);
    const budgets = remoteBudgets(client);
    await budgets.set({ strategyId: adas, dailyUsd: '7', setBy: '', setAt: new Date() });
    expect(await budgets.list(new Date())).toMatchObject([{ dailyUsd: '7', setBy: 'ada' }]);
    expect(await budgets.costs({ strategyIds: [adas], since: new Date(), limit: 10 })).toEqual([]);
  });
});
