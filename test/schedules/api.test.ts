import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { remoteSchedules } from '../../src/cli/remote/remote-schedules.ts';
import { createApiClient } from '../../src/client/api-client.ts';
import { strategyScheduleSchema } from '../../src/contracts/schemas/schedule.ts';
import { ensureSchedules } from '../../src/main/schedules.ts';
import type { StrategyRecord } from '../../src/ports/repositories.ts';
import type { ApiStand, Caller } from '../api/api-stand.ts';
import { startHarnessApi } from '../factories/harness-api.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { saveStrategy } from '../factories/research-runs.ts';

let harness: ResearchHarness;
let api: ApiStand;
let ada: Caller;
let bob: Caller;
let vera: Caller;
let root: Caller;
let strategy: StrategyRecord;

beforeAll(async () => {
  harness = await startResearchHarness({ worker: false });
  await ensureSchedules(harness.client, harness.config);
  api = await startHarnessApi(harness);
  [ada, bob] = [await api.addUser('ada', 'trader'), await api.addUser('bob', 'trader')];
  [vera, root] = [await api.addUser('vera', 'viewer'), await api.addUser('root', 'admin')];
  const found = await harness.services.strategies.find(await saveStrategy(harness.services, { active: true }));
  if (!found) throw new Error('the strategy was not saved');
  strategy = found;
  await api.ports.ownership.claimStrategy(strategy.id, ada.user.userId);
}, 60_000);
afterAll(async () => {
  await api?.close();
  await harness?.close();
});

const BODY = { cron: '0 6 * * 1-5', timeZone: 'America/New_York' };
const at = (tail = '') => `/api/v1/schedules/${strategy.document.slug}${tail}`;

describe('the owner of a strategy', () => {
  test('makes, reads, pauses, resumes, triggers, makes up for and deletes its schedule', async () => {
    const made = await api.call({ method: 'PUT', url: at(), payload: BODY }, ada);
    expect(made.statusCode).toBe(200);
    expect(made.json()).toMatchObject({ state: 'active', words: 'At 06:00, Monday through Friday', document: 'none' });

    const listed = await api.call({ method: 'GET', url: '/api/v1/schedules' }, ada);
    expect(listed.json().items.map((one: { scheduleId: string }) => one.scheduleId)).toEqual([
      ...['archive-histories', 'plan-research', 'reconcile-broker', 'snapshot-portfolios'],
      `strategy/${strategy.id}`,
    ]);
    const page = await api.call({ method: 'GET', url: '/api/v1/schedules?limit=4' }, ada);
    const rest = await api.call({ method: 'GET', url: `/api/v1/schedules?cursor=${page.json().nextCursor}` }, ada);
    expect(rest.json()).toMatchObject({ items: [{ scheduleId: `strategy/${strategy.id}` }], nextCursor: null });

    const paused = await api.call({ method: 'POST', url: at('/pause'), payload: { reason: 'earnings' } }, ada);
    expect(paused.json()).toMatchObject({ state: 'paused', note: 'earnings (ada)' });
    const resumed = await api.call({ method: 'POST', url: at('/resume'), payload: {} }, ada);
    expect(resumed.json()).toMatchObject({ state: 'active', note: 'resumed (ada)' });

    const key = { 'idempotency-key': randomUUID() };
    const trigger = () => api.call({ method: 'POST', url: at('/trigger'), headers: key }, ada);
    expect((await trigger()).json()).toMatchObject({ scheduleId: `strategy/${strategy.id}` });
    expect((await trigger()).headers['idempotency-replayed']).toBe('true');

    const range = { from: '2026-11-16T00:00:00Z', to: '2026-11-16T23:00:00Z' };
    const backfilled = await api.call({ method: 'POST', url: at('/backfill'), payload: range }, ada);
    expect(backfilled.json().firings).toEqual([
      { at: '2026-11-16T11:00:00.000Z', local: 'Mon 2026-11-16 06:00 EST', skipped: null },
    ]);
    const shown = await api.call({ method: 'GET', url: at() }, ada);
    expect(shown.json()).toMatchObject({ state: 'active', firingsTaken: expect.any(Number) });

    expect((await api.call({ method: 'DELETE', url: at() }, ada)).json()).toMatchObject({ deleted: true });
    expect((await api.call({ method: 'DELETE', url: at() }, ada)).json()).toMatchObject({ deleted: false });
    expect((await api.call({ method: 'GET', url: at() }, ada)).json()).toMatchObject({ code: 'SCHEDULE_NOT_FOUND' });
  });
});

test('the command line does the same through a server', async () => {
  const server = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const token = ada.headers.authorization?.replace('Bearer ', '') ?? null;
  const remote = remoteSchedules(createApiClient({ server, token }));
  const target = { kind: 'strategy', strategy } as const;
  const schedule = strategyScheduleSchema.parse(BODY);
  expect(await remote.set(strategy, schedule)).toMatchObject({ crons: ['0 6 * * 1-5'] });
  const change = { reason: 'earnings', by: 'whoever the program says' };
  expect(await remote.pause(target, change)).toMatchObject({ state: 'paused', note: 'earnings (ada)' });
  expect(await remote.resume(target, change)).toMatchObject({ state: 'active' });
  expect(await remote.show(target)).toEqual(await api.ports.schedules.show(target));
  expect((await remote.list()).map(({ scheduleId }) => scheduleId)).toContain(`strategy/${strategy.id}`);
  expect(await remote.explain(schedule)).toEqual(await api.ports.schedules.explain(schedule));
  expect((await remote.trigger(target)).scheduleId).toBe(`strategy/${strategy.id}`);
  const range = { from: '2026-11-17T00:00:00Z', to: '2026-11-17T23:00:00Z' };
  expect((await remote.backfill(target, range)).firings).toHaveLength(1);
  expect(await remote.delete(strategy)).toBe(true);
  await expect(remote.show(target)).rejects.toMatchObject({ code: 'SCHEDULE_NOT_FOUND' });
});

describe('others', () => {
  const calls = (): { method: 'GET' | 'PUT' | 'DELETE' | 'POST'; url: string; payload?: object }[] => [
    { method: 'GET', url: at() },
    { method: 'PUT', url: at(), payload: BODY },
    { method: 'DELETE', url: at() },
    { method: 'POST', url: at('/pause'), payload: { reason: 'x' } },
    { method: 'POST', url: at('/resume'), payload: {} },
    { method: 'POST', url: at('/trigger') },
    { method: 'POST', url: at('/backfill'), payload: { from: '2026-11-16T00:00:00Z', to: '2026-11-17T00:00:00Z' } },
  ];

  test('are told that there is no such strategy, in the words for one that does not exist', async () => {
    for (const call of calls()) {
      const theirs = await api.call(call, bob);
      const none = await api.call({ ...call, url: call.url.replace(strategy.document.slug, 'test-00000000') }, bob);
      expect({ call, status: theirs.statusCode, code: theirs.json().code }).toEqual({
        call,
        status: 404,
        code: 'RESOURCE_NOT_FOUND',
      });
      const words = (answer: typeof theirs, slug: string) => answer.json().detail.replaceAll(slug, '…');
      expect(words(theirs, strategy.document.slug)).toBe(words(none, 'test-00000000'));
    }
    await api.call({ method: 'PUT', url: at(), payload: BODY }, ada);
    const listed = await api.call({ method: 'GET', url: '/api/v1/schedules' }, bob);
    expect(listed.body).not.toContain(strategy.id);
    expect((await api.call({ method: 'GET', url: at() }, root)).statusCode).toBe(200);
  });

  test('who only look change nothing, and only administrators change our own schedules', async () => {
    for (const call of calls().slice(1)) expect((await api.call(call, vera)).json().code).toBe('ACCESS_DENIED');
    const pause = { method: 'POST', url: '/api/v1/schedules/plan-research/pause', payload: { reason: 'x' } } as const;
    expect((await api.call(pause, ada)).json().code).toBe('ACCESS_DENIED');
    expect((await api.call(pause, root)).json()).toMatchObject({ kind: 'system', state: 'paused', note: 'x (root)' });
    const resume = { ...pause, url: pause.url.replace('pause', 'resume') };
    expect((await api.call(resume, root)).json()).toMatchObject({ state: 'active' });
    const set = { method: 'PUT', url: '/api/v1/schedules/plan-research', payload: BODY } as const;
    expect((await api.call(set, root)).json()).toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('a schedule that cannot be used is refused with a sentence at its field', () => {
  test.each([
    [{ cron: '0 0 6 * * 1' }, '/body/cron', /five fields .* not 6/],
    [{ cron: '0 0 30 2 *' }, '/body/cron', /never fires: February has no day 30/],
    [{ cron: '* * * * *' }, '/body/cron', /at least 5 minutes/],
    [{ ...BODY, timeZone: 'Mars/Olympus' }, '/body/timeZone', /not an IANA time zone/],
    [{ ...BODY, jitterSeconds: 3601 }, '/body/jitterSeconds', /3600/],
    [{ ...BODY, overlap: 'cancel_other' }, '/body/overlap', /skip/],
    [{ ...BODY, note: 'x' }, '/body', /note/],
    [{ cron: "'; drop table strategies; --" }, '/body/cron', /./],
    [{ cron: '{{7*7}} * * * *' }, '/body/cron', /minute "\{\{7\*7\}\}" is not/],
  ])('%j', async (payload, path, message) => {
    for (const call of [
      { method: 'PUT', url: at() } as const,
      { method: 'POST', url: '/api/v1/schedules/explain' } as const,
    ]) {
      const answer = await api.call({ ...call, payload }, ada);
      // 400 where the document says it, 422 where only a calendar does.
      expect([400, 422]).toContain(answer.statusCode);
      const { code, errors } = answer.json();
      expect(code).toBe('INPUT_INVALID');
      expect(errors).toEqual([{ path, message: expect.stringMatching(message) }]);
    }
  });
});

test.each([
  [{ from: '0000-01-01T00:00:00Z', to: '0000-01-02T00:00:00Z' }, 422, /in this century/],
  [{ from: '2026-11-16', to: '2026-11-17T00:00:00Z' }, 400, /ISO/],
  [{ from: '2026-11-16T00:00:00Z' }, 400, /./],
  [{ from: '2024-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 422, /at most a year/],
])('making up for %j is refused', async (payload, status, message) => {
  await api.call({ method: 'PUT', url: at(), payload: BODY }, ada);
  const answer = await api.call({ method: 'POST', url: at('/backfill'), payload }, ada);
  expect([answer.statusCode, answer.json().code]).toEqual([status, 'INPUT_INVALID']);
  expect(answer.json().detail).toMatch(message);
});

test('a schedule is explained before it is used, over a change of the clocks and with holidays marked', async () => {
  const payload = { cron: '30 9 26 11 *', timeZone: 'America/New_York' };
  const answer = await api.call({ method: 'POST', url: '/api/v1/schedules/explain', payload }, vera);
  expect(answer.json()).toMatchObject({
    words: 'At 09:30, on day 26 of the month, only in November',
    next: [
      {
        at: '2026-11-26T14:30:00.000Z',
        local: 'Thu 2026-11-26 09:30 EST',
        skipped: 'the New York Stock Exchange is closed on 2026-11-26',
      },
      ...[2027, 2028, 2029, 2030].map((year) => ({ at: `${year}-11-26T14:30:00.000Z` })),
    ],
  });
});
