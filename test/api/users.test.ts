import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiStand, type Caller, PASSWORD, startApi } from './api-stand.ts';
import { logIn } from './browser.ts';

const NEW_PASSWORD = 'a better password than before';

describe('users', () => {
  let api: ApiStand;
  let ada: Caller;
  beforeAll(async () => {
    api = await startApi();
    ada = await api.addUser('ada', 'admin');
  });
  afterAll(() => api.close());

  const change = (who: Caller, payload: object, by: Caller = ada) =>
    api.call({ method: 'PATCH', url: `/api/v1/users/${who.user.userId}`, payload }, by);

  test('are added by an administrator, log in with their password, and are shown without it', async () => {
    const payload = { name: 'tom', role: 'trader', password: PASSWORD };
    const added = await api.call({ method: 'POST', url: '/api/v1/users', payload }, ada);
    expect([added.statusCode, added.json().role]).toEqual([201, 'trader']);
    const again = await api.call({ method: 'POST', url: '/api/v1/users', payload }, ada);
    expect(again.json()).toMatchObject({ status: 409, code: 'USER_CONFLICT' });
    await logIn(api, 'tom');
    const shown = await api.call({ method: 'GET', url: `/api/v1/users/${added.json().userId}` }, ada);
    expect(shown.json()).toEqual(added.json());
    const everything = (await api.call({ method: 'GET', url: '/api/v1/users' }, ada)).body;
    expect(everything).not.toMatch(/argon2|hash|correct horse/);
    const rows = await api.database.db.selectFrom('users').select('password_hash').execute();
    expect(rows.every(({ password_hash: hash }) => hash.startsWith('$argon2id$'))).toBe(true);
  });

  test('keep one administrator who can log in, whatever is tried', async () => {
    const remove = (who: Caller) => api.call({ method: 'DELETE', url: `/api/v1/users/${who.user.userId}` }, ada);
    for (const attempt of [change(ada, { role: 'trader' }), change(ada, { disabled: true }), remove(ada)]) {
      expect((await attempt).json()).toMatchObject({ status: 409, code: 'USER_CONFLICT' });
    }
    const bea = await api.addUser('bea', 'admin');
    for (const attempt of [change(ada, { role: 'trader' }), change(ada, { disabled: true }), remove(ada)]) {
      expect((await attempt).json()).toMatchObject({
        code: 'USER_CONFLICT',
        detail: expect.stringContaining('yourself'),
      });
    }
    expect((await change(ada, { role: 'admin', disabled: false })).statusCode).toBe(200);
    const demotions = await Promise.all([change(bea, { role: 'viewer' }), change(ada, { role: 'viewer' }, bea)]);
    const statuses = demotions.map(({ statusCode }) => statusCode);
    expect(statuses).toContain(200);
    expect(statuses.some((status) => status === 409 || status === 403)).toBe(true);
    const admins = (await api.ports.users.list()).filter(({ role }) => role === 'admin');
    expect(admins).toHaveLength(1);
    await api.ports.users.change(ada.user.userId, { role: 'admin' }, api.clock.now);
    const cyd = await api.addUser('cyd', 'admin');
    expect((await change(cyd, { disabled: true })).json().disabledAt).toBe('2026-11-22T12:00:00.000Z');
    expect((await remove(cyd)).statusCode).toBe(204);
    expect((await remove(cyd)).json()).toMatchObject({ status: 404, code: 'RESOURCE_NOT_FOUND' });
  });

  test('lose the scopes of a role at once, also where a token has them', async () => {
    const dan = await api.addUser('dan', 'admin');
    const users = { method: 'GET', url: '/api/v1/users' } as const;
    expect((await api.call(users, dan)).statusCode).toBe(200);
    await change(dan, { role: 'viewer' });
    expect((await api.call(users, dan)).statusCode).toBe(403);
  });

  test('change their own password, which ends their other sessions', async () => {
    await api.addUser('eve', 'viewer');
    const [here, elsewhere] = [await logIn(api, 'eve'), await logIn(api, 'eve')];
    const attempt = (currentPassword: string) =>
      here.call({
        method: 'POST',
        url: '/api/v1/me/password',
        payload: { currentPassword, newPassword: NEW_PASSWORD },
      });
    expect((await attempt('not this one')).json()).toMatchObject({ status: 403, code: 'ACCESS_DENIED' });
    expect((await attempt(PASSWORD)).statusCode).toBe(204);
    const me = { method: 'GET', url: '/api/v1/me' } as const;
    expect([(await here.call(me)).statusCode, (await elsewhere.call(me)).statusCode]).toEqual([200, 401]);
    await expect(logIn(api, 'eve')).rejects.toThrow('no login');
    await logIn(api, 'eve', NEW_PASSWORD);
  });

  test('are given a new password by an administrator, and are logged out by it', async () => {
    const fay = await api.addUser('fay', 'viewer');
    const browser = await logIn(api, 'fay');
    const reset = {
      method: 'PUT',
      url: `/api/v1/users/${fay.user.userId}/password`,
      payload: { password: NEW_PASSWORD },
    };
    expect((await api.call(reset as never, fay)).statusCode).toBe(403);
    expect((await api.call(reset as never, ada)).statusCode).toBe(204);
    expect((await browser.call({ method: 'GET', url: '/api/v1/me' })).statusCode).toBe(401);
    await logIn(api, 'fay', NEW_PASSWORD);
  });

  test('have a hundred sessions at most: the oldest gives way', async () => {
    const { user } = await api.addUser('gus', 'viewer');
    const secrets = Array.from({ length: 101 }, () => api.ports.credentials.newSecret());
    for (const [index, secret] of secrets.entries()) {
      const at = new Date(api.clock.now.getTime() + index);
      const expiresAt = new Date(at.getTime() + 1_000_000);
      const secretSha256 = api.ports.credentials.digest(secret);
      await api.ports.sessions.open({ userId: user.userId, secretSha256, ip: '', userAgent: 'a\0b', expiresAt }, at);
    }
    const at = new Date(api.clock.now.getTime() + 101);
    expect(await api.ports.sessions.list(user.userId, at)).toHaveLength(100);
    expect(await api.ports.sessions.findLive(api.ports.credentials.digest(secrets[0] ?? ''), at)).toBeNull();
  });
});
