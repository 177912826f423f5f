import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiStand, type Caller, PASSWORD, startApi } from './api-stand.ts';
import { type Browser, logIn } from './browser.ts';

const ME = { method: 'GET', url: '/api/v1/me' } as const;
const HOUR_MS = 3_600_000;

describe('who gets in', () => {
  let api: ApiStand;
  let ada: Caller;
  let tom: Caller;
  beforeAll(async () => {
    api = await startApi();
    ada = await api.addUser('ada', 'admin');
    tom = await api.addUser('tom', 'trader');
  });
  afterAll(() => api.close());

  const later = async (ms: number, work: () => Promise<void>) => {
    const { now } = api.clock;
    api.clock.now = new Date(now.getTime() + ms);
    await work().finally(() => {
      api.clock.now = now;
    });
  };
  const code = async (answer: ReturnType<Browser['call']>) => {
    const { statusCode, headers, json } = await answer;
    if (statusCode >= 400) expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    return statusCode >= 400 ? `${statusCode} ${json<{ code: string }>().code}` : String(statusCode);
  };

  test('a login gives cookies that scripts and other sites do not get, and whose secret is kept nowhere', async () => {
    const answer = await api.call({
      method: 'POST',
      url: '/api/v1/login',
      payload: { name: 'Ada', password: PASSWORD },
    });
    expect(answer.statusCode).toBe(200);
    const [session, csrf] = answer.cookies;
    expect(session).toMatchObject({ name: 'folios_session', httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(csrf).toMatchObject({ name: 'folios_csrf', sameSite: 'Strict', value: answer.json().csrfToken });
    expect(session?.value).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const rows = await api.database.db.selectFrom('user_sessions').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(session?.value);
    expect(JSON.stringify([rows, api.logged])).not.toContain(PASSWORD);
    expect(answer.json().user).toEqual(expect.objectContaining({ name: 'ada', role: 'admin', disabledAt: null }));
  });

  test('cookies are for encrypted connections alone where there is one', async () => {
    const behindProxy = await startApi({ trustedProxies: ['127.0.0.1'] });
    await behindProxy.addUser('ada', 'admin');
    const { cookies } = await behindProxy.call({
      method: 'POST',
      url: '/api/v1/login',
      headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' },
      payload: { name: 'ada', password: PASSWORD },
    });
    expect(cookies.map(({ secure }) => secure)).toEqual([true, true]);
    await behindProxy.close();
  });

  test('a session ends when it is not used, is renewed when it is, and ends after its longest time in any case', async () => {
    const browser = await logIn(api, 'tom');
    await later(0.9 * HOUR_MS, async () => expect(await code(browser.call(ME))).toBe('200'));
    await later(1.8 * HOUR_MS, async () => expect(await code(browser.call(ME))).toBe('200'));
    await later(2.9 * HOUR_MS, async () => expect(await code(browser.call(ME))).toBe('401 UNAUTHENTICATED'));
    const busy = await logIn(api, 'tom');
    for (let hours = 0.5; hours < 24; hours += 0.5) {
      await later(hours * HOUR_MS, async () => expect(await code(busy.call(ME))).toBe('200'));
    }
    await later(24 * HOUR_MS, async () => expect(await code(busy.call(ME))).toBe('401 UNAUTHENTICATED'));
  });

  test('forged, foreign and ended sessions are nobody', async () => {
    const browser = await logIn(api, 'tom');
    const other = await logIn(api, 'tom');
    const { items } = (await browser.call({ method: 'GET', url: '/api/v1/sessions' })).json();
    expect(items.filter((one: { current: boolean }) => one.current)).toHaveLength(1);
    expect(items[0]).toEqual(expect.objectContaining({ ip: '127.0.0.1', userAgent: expect.any(String) }));
    for (const forged of ['', 'x', 'A'.repeat(43), 'A'.repeat(5000), browser.cookies.folios_session?.slice(1) ?? '']) {
      expect(await code(api.call({ ...ME, cookies: { folios_session: forged } }))).toBe('401 UNAUTHENTICATED');
    }
    const adas = (await api.ports.sessions.list(ada.user.userId, api.clock.now))[0]?.sessionId ?? '';
    const end = (sessionId: string) => browser.call({ method: 'DELETE', url: `/api/v1/sessions/${sessionId}` });
    expect(await code(end(adas))).toBe('404 RESOURCE_NOT_FOUND');
    const { sessionId } = items.find((one: { current: boolean }) => !one.current);
    expect(await code(end(sessionId))).toBe('204');
    expect(await code(browser.call({ method: 'DELETE', url: '/api/v1/sessions' }))).toBe('200');
    expect(await code(other.call(ME))).toBe('401 UNAUTHENTICATED');
    expect(await code(browser.call({ method: 'POST', url: '/api/v1/logout' }))).toBe('204');
    expect(await code(browser.call(ME))).toBe('401 UNAUTHENTICATED');
  });

  test('a change with a session needs its own proof and our own page', async () => {
    const browser = await logIn(api, 'tom');
    const other = await logIn(api, 'tom');
    const change = { method: 'DELETE', url: '/api/v1/sessions' } as const;
    for (const headers of [
      { 'x-folios-csrf': '' },
      { 'x-folios-csrf': other.csrfToken },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:5002' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect(await code(browser.call({ ...change, headers }))).toBe('403 ORIGIN_REFUSED');
    }
    expect(await code(api.call({ ...change, cookies: browser.cookies }))).toBe('403 ORIGIN_REFUSED');
    const headers = { origin: 'http://127.0.0.1:5001', 'sec-fetch-site': 'same-origin' };
    expect(await code(browser.call({ ...change, headers }))).toBe('200');
  });

  test('tokens do what their scopes say, as far as the role has them now', async () => {
    const withToken = async (scopes: Parameters<ApiStand['tokenOf']>[1], expiresAt: Date | null = null) => ({
      headers: { authorization: `Bearer ${await api.tokenOf(ada.user, scopes, expiresAt)}` },
    });
    const users = { method: 'GET', url: '/api/v1/users' } as const;
    expect(await code(api.call(users, ada))).toBe('200');
    expect(await code(api.call(users, tom))).toBe('403 ACCESS_DENIED');
    expect(await code(api.call(users, await withToken(['read', 'trade'])))).toBe('403 ACCESS_DENIED');
    expect(await code(api.call(ME, await withToken(['admin'])))).toBe('403 ACCESS_DENIED');
    const ended = await withToken(['read'], new Date(api.clock.now.getTime() - 1));
    expect(await code(api.call(ME, ended))).toBe('401 UNAUTHENTICATED');
    const overreaching = { headers: { authorization: `Bearer ${await api.tokenOf(tom.user, ['admin', 'read'])}` } };
    expect(await code(api.call(users, overreaching))).toBe('403 ACCESS_DENIED');
    for (const authorization of [
      'Bearer',
      'Bearer fol_',
      'Bearer fol_x',
      `Bearer fol_${'x'.repeat(9000)}`,
      'Basic YTpi',
    ]) {
      expect(await code(api.call({ ...ME, headers: { authorization } }))).toBe('401 UNAUTHENTICATED');
    }
  });

  test('a token is shown once, is made of one’s own scopes, and is revoked at once', async () => {
    const browser = await logIn(api, 'tom');
    const create = (payload: object) => browser.call({ method: 'POST', url: '/api/v1/tokens', payload });
    expect(await code(create({ name: 'all', scopes: ['read', 'admin'] }))).toBe('403 ACCESS_DENIED');
    const created = await create({ name: 'bot', scopes: ['read', 'read'], expiresInDays: 1 });
    expect(created.statusCode).toBe(201);
    const { token, secret } = created.json();
    expect(token).toMatchObject({ name: 'bot', scopes: ['read'], lastUsedAt: null, hint: secret.slice(0, 10) });
    expect(await code(create({ name: 'bot', scopes: ['read'] }))).toBe('409 USER_CONFLICT');
    const bot = { headers: { authorization: `Bearer ${secret}` } };
    expect((await api.call(ME, bot)).json()).toMatchObject({ name: 'tom', scopes: ['read'], credential: 'token' });
    const again = { method: 'POST', url: '/api/v1/tokens', payload: { name: 'child', scopes: ['read'] } } as const;
    expect(await code(api.call(again, bot))).toBe('403 ACCESS_DENIED');
    const listed = (await browser.call({ method: 'GET', url: '/api/v1/tokens' })).body;
    expect(listed).toContain('"lastUsedAt":"2026-11-22T12:00:00.000Z"');
    expect(listed).not.toContain(secret);
    const revoke = { method: 'DELETE', url: `/api/v1/tokens/${token.tokenId}` } as const;
    expect(await code(api.call(revoke, ada))).toBe('404 RESOURCE_NOT_FOUND');
    const adminsOwn = (await api.ports.tokens.list(ada.user.userId))[0]?.tokenId;
    const itself = { method: 'DELETE', url: `/api/v1/tokens/${adminsOwn}` } as const;
    expect(await code(api.call(itself, ada))).toBe('409 USER_CONFLICT');
    expect(await code(browser.call(revoke))).toBe('204');
    expect(await code(api.call(ME, bot))).toBe('401 UNAUTHENTICATED');
    expect(JSON.stringify(api.logged)).not.toContain(secret);
  });

  test('who is disabled is logged out, and their tokens and password do nothing', async () => {
    const eve = await api.addUser('eve', 'trader');
    const browser = await logIn(api, 'eve');
    const change = { method: 'PATCH', url: `/api/v1/users/${eve.user.userId}` } as const;
    expect(await code(api.call({ ...change, payload: { disabled: true } }, ada))).toBe('200');
    expect(await code(browser.call(ME))).toBe('401 UNAUTHENTICATED');
    expect(await code(api.call(ME, eve))).toBe('401 UNAUTHENTICATED');
    const login = { method: 'POST', url: '/api/v1/login', payload: { name: 'eve', password: PASSWORD } } as const;
    const disabled = await api.call(login);
    const unknown = await api.call({ ...login, payload: { ...login.payload, name: 'nobody' } });
    const wrong = await api.call({ ...login, payload: { name: 'tom', password: 'wrong password' } });
    const said = [disabled, unknown, wrong].map(({ statusCode, json }) => [statusCode, json().detail, json().code]);
    expect(new Set(said.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(disabled.statusCode).toBe(401);
    expect(await code(api.call({ ...change, payload: { disabled: false } }, ada))).toBe('200');
    expect(await code(browser.call(ME))).toBe('401 UNAUTHENTICATED');
    expect(await code(api.call(ME, eve))).toBe('200');
  });
});

describe('guessing passwords', () => {
  test('is refused after a few failures, for known and unknown names alike, until the window has passed', async () => {
    const api = await startApi({
      loginLimits: { perNameAndAddress: 3, perAddress: 8, perName: 5, windowMs: 60_000 },
    });
    await api.addUser('ada', 'admin');
    const attempt = async (name: string, password: string, remoteAddress = '127.0.0.1') => {
      const payload = { name, password };
      return api.call({ method: 'POST', url: '/api/v1/login', payload, remoteAddress });
    };
    for (const name of ['ada', 'nobody']) {
      const answers = await Promise.all([1, 2, 3, 4].map(() => attempt(name, 'not the password')));
      expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([401, 401, 401, 429]);
    }
    const locked = await attempt('ada', PASSWORD);
    expect([locked.statusCode, locked.json().code, locked.headers['retry-after']]).toEqual([429, 'RATE_LIMITED', '60']);
    expect((await attempt('ada', PASSWORD, '203.0.113.5')).statusCode).toBe(200);
    for (const address of ['203.0.113.6', '203.0.113.7']) await attempt('ada', 'not the password', address);
    expect((await attempt('ada', PASSWORD, '203.0.113.8')).statusCode).toBe(429);
    for (const name of ['b1', 'b2', 'b3']) await attempt(name, 'not the password');
    expect((await attempt('b4', 'not the password')).statusCode).toBe(429);
    api.clock.now = new Date(api.clock.now.getTime() + 60_000);
    expect((await attempt('ada', PASSWORD)).statusCode).toBe(200);
    await api.close();
  });
});
