import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LineageReader } from '../../src/ports/lineage.ts';
import { type ApiStand, type Caller, startApi } from '../api/api-stand.ts';

const MINE = '0198c0de-0000-7000-8000-00000000aaaa';
const THEIRS = '0198c0de-0000-7000-8000-00000000bbbb';
const ACCOUNT = '0198acc0-0000-7000-8000-00000000aaaa';
const at = '2026-11-22T10:00:00.000Z';
const LINEAGE = {
  workflowId: 'job/1',
  closed: true,
  missing: [],
  totals: { executions: 0, steps: 0, failedSteps: 0, costUsd: '0' },
  executions: [],
};
const OWNERS: Readonly<Record<string, { strategyId: string | null; accountId: string | null }>> = {
  'research/mine': { strategyId: MINE, accountId: null },
  'research/theirs': { strategyId: THEIRS, accountId: null },
  'ticket/mine': { strategyId: null, accountId: ACCOUNT },
};

const asked: unknown[] = [];
const lineage: LineageReader = {
  read: async (workflowId) => (workflowId.endsWith('gone') ? null : { ...LINEAGE, workflowId }),
  steps: async () => [],
  recent: async (filter, limit) => {
    asked.push([filter, limit]);
    const one = { workflowId: 'research/mine', runId: MINE, workflowType: 'researchRun' };
    return Array.from({ length: limit }, () => ({ ...one, startedAt: new Date(at), closedAt: null }));
  },
  statistics: async (name, executions, of) => {
    asked.push([name, executions, of]);
    const none = { p50: null, p95: null };
    return {
      ...{ name, executions, count: 0, completed: 0, failed: 0, open: 0, attempts: { total: 0, most: 0 } },
      ...{ durationMs: { ...none, max: null }, queueMs: none, errors: [] },
    };
  },
  collect: async () => null,
  ownerOf: async (workflowId) => OWNERS[workflowId] ?? { strategyId: null, accountId: null },
};

let api: ApiStand;
let admin: Caller;
let viewer: Caller;
beforeAll(async () => {
  const ownership = {
    strategyIdsOf: async () => new Set([MINE]),
    accountIdsOf: async () => new Set([ACCOUNT]),
    claimStrategy: async () => false,
    claimAccount: async () => false,
  };
  api = await startApi({ ports: { lineage, ownership } });
  admin = await api.addUser('root', 'admin');
  viewer = await api.addUser('vera', 'viewer');
}, 60_000);
afterAll(() => api?.close());

async function get(path: string, caller: Caller = viewer): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await api.call({ method: 'GET', url: `/api/v1/lineage/${path}` }, caller);
  return { status: response.statusCode, body: response.json() };
}

describe('the lineage routes', () => {
  test('show what belongs to the caller’s strategies and accounts, and everything to administrators', async () => {
    expect(await get('execution/research%2Fmine')).toEqual({
      status: 200,
      body: { ...LINEAGE, workflowId: 'research/mine' },
    });
    expect((await get('execution/ticket%2Fmine')).status).toBe(200);
    for (const id of ['research%2Ftheirs', 'plan-research%2Fscheduled', 'archive-histories%2Fx', 'no-such']) {
      for (const path of [`execution/${id}`, `execution/${id}/step/harvestJob`]) {
        expect(await get(path)).toMatchObject({ status: 404, body: { code: 'RESOURCE_NOT_FOUND' } });
      }
      expect((await get(`execution/${id}`, admin)).status).toBe(200);
    }
    expect((await get(`strategy/${MINE}/recent`)).status).toBe(200);
    expect((await get(`strategy/${THEIRS}/recent`)).status).toBe(404);
    expect((await get(`step/harvestJob/statistics?strategyId=${THEIRS}`)).status).toBe(404);
  });

  test('tell a foreign execution from none in no way', async () => {
    const [theirs, none] = [await get('execution/research%2Ftheirs'), await get('execution/research%2Fnowhere')];
    const shape = ({ body }: typeof none) => ({
      ...body,
      detail: String(body.detail).replace(/theirs|nowhere/, ''),
      instance: '',
    });
    expect(shape(theirs)).toEqual(shape(none));
    expect((await get('execution/research%2Fgone', admin)).status).toBe(404);
  });

  test('count steps in the caller’s own executions only', async () => {
    asked.length = 0;
    await get('step/harvestJob/statistics');
    await get('step/harvestJob/statistics?executions=7', admin);
    expect(asked).toEqual([
      ['harvestJob', 50, { strategyIds: [MINE], accountIds: [ACCOUNT] }],
      ['harvestJob', 7, null],
    ]);
  });

  test('page through recent executions', async () => {
    asked.length = 0;
    const { body } = await get(`strategy/${MINE}/recent?limit=2&type=researchRun`);
    expect(body.items).toHaveLength(2);
    await get(`strategy/${MINE}/recent?limit=2&cursor=${body.nextCursor}`);
    const stray = Buffer.from('{"startedAt":"x","runId":"y"}').toString('base64url');
    for (const cursor of ['e30', stray]) {
      expect((await get(`strategy/${MINE}/recent?cursor=${cursor}`)).status).toBe(404);
    }
    expect(asked).toEqual([
      [{ strategyId: MINE, workflowType: 'researchRun' }, 3],
      [{ strategyId: MINE, after: { startedAt: new Date(at), runId: MINE } }, 3],
    ]);
  });

  test.each([
    'execution/%20',
    `execution/${'x'.repeat(301)}`,
    'execution/job%2F1?runId=1%27%20or%201=1',
    'execution/job%2F1?other=1',
    'execution/job%2F1/step/x%27%3B--',
    'strategy/1/recent',
    `strategy/${MINE}/recent?limit=0`,
    `strategy/${MINE}/recent?limit=501`,
    `strategy/${MINE}/recent?type=%22%20OR%201=1`,
    'step/harvestJob/statistics?executions=201',
    'step/harvestJob/statistics?executions=1e9',
  ])('refuse %s', async (path) => {
    expect(await get(path, admin)).toMatchObject({ status: 400, body: { code: 'INPUT_INVALID' } });
  });

  test('ask for a credential', async () => {
    for (const path of ['execution/a', 'execution/a/step/b', `strategy/${MINE}/recent`, 'step/a/statistics']) {
      expect((await api.call({ method: 'GET', url: `/api/v1/lineage/${path}` })).statusCode).toBe(401);
    }
  });
});
