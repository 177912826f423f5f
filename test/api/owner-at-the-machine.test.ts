import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiStand, PASSWORD, startApi } from './api-stand.ts';

const ME = { method: 'GET', url: '/api/v1/me' } as const;
const SETUP = { method: 'POST', url: '/api/v1/setup', payload: { name: 'ada', password: PASSWORD } } as const;

describe('while there is no user', () => {
  let api: ApiStand;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  test('whoever sits at the machine is let in as its owner, and told so', async () => {
    for (const host of ['127.0.0.1:5001', 'localhost:5001', '[::1]:5001', 'LOCALHOST']) {
      const answer = await api.call({ ...ME, headers: { host } });
      expect(answer.json()).toMatchObject({ userId: null, role: 'admin', credential: 'owner_at_this_machine' });
    }
  });

  test.each([
    ['another name for this machine', { headers: { host: 'rebound.example:5001' } }],
    ['a name that begins like ours', { headers: { host: '127.0.0.1.evil.example' } }],
    ['another machine', { remoteAddress: '192.168.1.7' }],
    ['a proxy in between', { headers: { 'x-forwarded-for': '203.0.113.1' } }],
    ['another proxy in between', { headers: { via: '1.1 somewhere' } }],
  ])('%s is nobody', async (_what, request) => {
    expect((await api.call({ ...ME, ...request })).statusCode).toBe(401);
    expect((await api.call({ ...SETUP, ...request })).statusCode).toBeGreaterThanOrEqual(400);
    expect(await api.ports.users.anyExists()).toBe(false);
  });

  test('a token that is none is not made up for', async () => {
    expect((await api.call({ ...ME, headers: { authorization: 'Bearer fol_none' } })).statusCode).toBe(401);
  });

  test('a page of another site can neither change nor read', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      for (const request of [ME, SETUP, { method: 'POST', url: '/api/v1/logout' } as const]) {
        expect((await api.call({ ...request, headers })).json()).toMatchObject({ code: 'ORIGIN_REFUSED' });
      }
    }
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await api.call({ method: 'GET', url: '/api/docs', headers: link })).statusCode).toBe(200);
  });

  test('many who set up at the same moment make one owner; afterwards nobody is let in without a login', async () => {
    const answers = await Promise.all(
      ['ada', 'bob', 'eve', 'mia'].map((name) => api.call({ ...SETUP, payload: { name, password: PASSWORD } })),
    );
    const statuses = answers.map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => ![200, 409, 401].includes(status))).toEqual([]);
    expect(await api.ports.users.list()).toEqual([expect.objectContaining({ role: 'admin' })]);
    expect((await api.call(ME)).statusCode).toBe(401);
    expect((await api.call(SETUP)).statusCode).toBe(401);
    const winner = answers.find(({ statusCode }) => statusCode === 200);
    const cookies = Object.fromEntries(winner?.cookies.map(({ name, value }) => [name, value]) ?? []);
    const headers = { 'x-folios-csrf': winner?.json().csrfToken };
    expect((await api.call({ ...SETUP, cookies, headers })).json()).toMatchObject({
      status: 409,
      code: 'USER_CONFLICT',
    });
  });
});

describe('a service that listens on a network', () => {
  test('lets nobody in without a user, and its first user is made by whoever knows its setup token', async () => {
    const api = await startApi({ ports: { onLoopback: false, setupToken: 'sixteen letters at least' } });
    expect((await api.call(ME)).statusCode).toBe(401);
    expect((await api.call(SETUP)).json()).toMatchObject({ status: 403, code: 'ACCESS_DENIED' });
    const guess = { ...SETUP.payload, setupToken: 'sixteen letters at most' };
    expect((await api.call({ ...SETUP, payload: guess })).statusCode).toBe(403);
    const payload = { ...SETUP.payload, setupToken: 'sixteen letters at least' };
    const remote = { remoteAddress: '203.0.113.4', headers: { host: 'folios.example' } };
    expect((await api.call({ ...SETUP, ...remote, payload })).statusCode).toBe(200);
    await api.close();
  });
});
