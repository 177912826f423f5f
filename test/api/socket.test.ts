import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiStand, PASSWORD, startApi } from './api-stand.ts';

/** What `inject` cannot show: a real socket, real headers, real cookies. */
describe('over a real socket', () => {
  let api: ApiStand;
  let base: string;
  beforeAll(async () => {
    api = await startApi();
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    base = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}/api/v1`;
  });
  afterAll(() => api.close());

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  test('the owner sets up, works with cookies and proof, and is out after logging out', async () => {
    expect(await (await fetch(`${base}/me`)).json()).toMatchObject({ credential: 'owner_at_this_machine' });
    const setup = await post('/setup', { name: 'ada', password: PASSWORD });
    const { csrfToken } = (await setup.json()) as { csrfToken: string };
    const cookie = setup.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    expect((await fetch(`${base}/me`)).status).toBe(401);
    const proof = { cookie, 'x-folios-csrf': csrfToken };
    expect((await post('/tokens', { name: 'bot', scopes: ['read'] }, { cookie })).status).toBe(403);
    const created = await post('/tokens', { name: 'bot', scopes: ['read'] }, proof);
    const { secret } = (await created.json()) as { secret: string };
    const me = await fetch(`${base}/me`, { headers: { authorization: `Bearer ${secret}` } });
    expect(await me.json()).toMatchObject({ name: 'ada', credential: 'token' });
    const logout = await fetch(`${base}/logout`, { method: 'POST', headers: proof });
    expect(logout.status).toBe(204);
    expect(logout.headers.getSetCookie().every((one) => one.includes('Expires=Thu, 01 Jan 1970'))).toBe(true);
    expect((await fetch(`${base}/me`, { headers: { cookie } })).status).toBe(401);
  });

  test('a body of 5 MB is refused with a problem, and the next request on the connection is served', async () => {
    const large = await post('/login', { name: 'x'.repeat(5_000_000), password: 'x' });
    expect([large.status, large.headers.get('content-type')]).toEqual([413, 'application/problem+json; charset=utf-8']);
    expect((await fetch(`${base}/health`)).status).toBe(200);
  });
});
