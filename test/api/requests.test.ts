import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type ApiStand, type Caller, PASSWORD, startApi } from './api-stand.ts';

const HIDDEN = 'a connection string with a password';

describe('requests', () => {
  let api: ApiStand;
  let ada: Caller;
  beforeAll(async () => {
    api = await startApi({
      extend: async (app) => {
        app.get('/boom', { config: { access: 'read' } }, async () => {
          throw new Error(HIDDEN);
        });
        const schema = { operationId: 'lie', response: { 200: z.strictObject({ truth: z.boolean() }) } };
        app.get('/lie', { config: { access: 'read' }, schema }, async () => ({ truth: 'no' }) as never);
      },
    });
    ada = await api.addUser('ada', 'admin');
  });
  afterAll(() => api.close());

  const problem = async (request: Parameters<ApiStand['call']>[0], caller: Caller | null = ada) => {
    const answer = await api.call(request, caller);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({ status: answer.statusCode, instance: expect.stringMatching(/^urn:folios/) });
    return answer.json<{ status: number; code: string; detail: string; errors?: unknown }>();
  };
  const login = (payload: string, type = 'application/json') =>
    ({ method: 'POST', url: '/api/v1/login', payload, headers: { 'content-type': type } }) as const;

  test.each<[string, Parameters<ApiStand['call']>[0], number, string]>([
    ['a body of 5 MB', login(JSON.stringify({ name: 'x'.repeat(5_000_000), password: 'x' })), 413, 'PAYLOAD_TOO_LARGE'],
    ['half a JSON document', login('{"name": "ada"'), 400, 'INPUT_INVALID'],
    ['no body', login(''), 400, 'INPUT_INVALID'],
    ['an array', login('[]'), 400, 'INPUT_INVALID'],
    ['a prototype', login('{"__proto__": {"role": "admin"}, "name": "ada", "password": "x"}'), 400, 'INPUT_INVALID'],
    ['a form', login('name=ada&password=x', 'application/x-www-form-urlencoded'), 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['plain text', login('{"name": "ada", "password": "x"}', 'text/plain'), 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['an unknown field', login('{"name": "ada", "password": "x", "role": "admin"}'), 400, 'INPUT_INVALID'],
    ['an unknown address', { method: 'GET', url: '/api/v1/nothing' }, 404, 'RESOURCE_NOT_FOUND'],
    ['an address outside', { method: 'GET', url: '/../etc/passwd' }, 404, 'RESOURCE_NOT_FOUND'],
    ['a broken escape', { method: 'GET', url: '/api/v1/users/%zz' }, 400, 'INPUT_INVALID'],
    ['an endless id', { method: 'GET', url: `/api/v1/users/${'x'.repeat(3000)}` }, 404, 'RESOURCE_NOT_FOUND'],
    ['another method', { method: 'PUT', url: '/api/v1/me' }, 405, 'METHOD_NOT_ALLOWED'],
    ['a method that nobody knows', { method: 'QUERY' as 'GET', url: '/api/v1/me' }, 405, 'METHOD_NOT_ALLOWED'],
    ['a preflight', { method: 'OPTIONS', url: '/api/v1/me' }, 405, 'METHOD_NOT_ALLOWED'],
    ['an unknown query key', { method: 'GET', url: '/api/v1/me?x=1' }, 400, 'INPUT_INVALID'],
    ['a limit twice', { method: 'GET', url: '/api/v1/users?limit=1&limit=2' }, 400, 'INPUT_INVALID'],
    ['a limit of none', { method: 'GET', url: '/api/v1/users?limit=0' }, 400, 'INPUT_INVALID'],
    ['a made-up cursor', { method: 'GET', url: '/api/v1/users?cursor=e30' }, 404, 'RESOURCE_NOT_FOUND'],
  ])('%s is a problem with a code', async (_what, request, status, code) => {
    expect(await problem(request)).toMatchObject({ status, code });
  });

  test('the fields that are wrong are named with their paths', async () => {
    const payload = { name: 'Not A Name', role: 'emperor', password: 'short' };
    const { errors, detail } = await problem({ method: 'POST', url: '/api/v1/users', payload });
    expect(errors).toEqual([
      { path: '/body/name', message: expect.stringContaining('lower-case') },
      { path: '/body/role', message: expect.any(String) },
      { path: '/body/password', message: 'must have at least 12 characters' },
    ]);
    expect(detail).not.toContain('emperor');
  });

  test('what exists with another method says which', async () => {
    expect((await api.call({ method: 'PUT', url: '/api/v1/users' }, ada)).headers.allow).toBe('GET, HEAD, POST');
  });

  test('a defect is logged and told by its request’s id alone', async () => {
    for (const url of ['/boom', '/lie']) {
      const answer = await problem({ method: 'GET', url });
      expect(answer).toMatchObject({ status: 500, code: 'INTERNAL' });
      expect(JSON.stringify(answer)).not.toContain(HIDDEN);
    }
    expect(api.logged.join()).toContain(HIDDEN);
  });

  test.each([
    'a\0b',
    "'; drop table users; --",
    "' or '1'='1",
    '{{7*7}}<%= 7*7 %>#{7*7}',
    '<script>alert(1)</script>',
    '../../etc/passwd',
    '\ud800',
    '\u202e\u0007\u001b[2J',
    '%00%0d%0aSet-Cookie: x=1',
    '💥'.repeat(40),
  ])('%j in any text is refused or kept as it is, never run, never a defect', async (text) => {
    const known = await api.ports.users.list();
    const attempts = [
      { method: 'POST', url: '/api/v1/login', payload: { name: text, password: text } },
      { method: 'POST', url: '/api/v1/setup', payload: { name: text, password: text.padEnd(12), setupToken: text } },
      { method: 'POST', url: '/api/v1/users', payload: { name: text, role: 'viewer', password: text.padEnd(12) } },
      { method: 'POST', url: '/api/v1/tokens', payload: { name: text, scopes: ['read'] } },
      { method: 'POST', url: '/api/v1/me/password', payload: { currentPassword: text, newPassword: text.padEnd(12) } },
      { method: 'GET', url: `/api/v1/users/${encodeURIComponent(text.toWellFormed())}` },
      { method: 'GET', url: `/api/v1/users?cursor=${encodeURIComponent(text.toWellFormed())}` },
      { method: 'DELETE', url: `/api/v1/tokens/${encodeURIComponent(text.toWellFormed())}` },
    ] as const;
    for (const request of attempts) {
      const { statusCode, headers } = await api.call(request, ada);
      expect([request.url, statusCode < 500 && headers['set-cookie'] === undefined]).toEqual([request.url, true]);
    }
    expect(await api.ports.users.list()).toEqual(known);
    const tokens = await api.ports.tokens.list(ada.user.userId);
    expect(tokens.every(({ name }) => name === text || /^token \d$/.test(name) || !name.includes(text))).toBe(true);
  });

  test('an answer says what a browser may not do with it, and lets no other site in', async () => {
    const { headers } = await api.call(
      { method: 'GET', url: '/api/v1/me', headers: { origin: 'https://e.example' } },
      ada,
    );
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, no-cache',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('what has not changed since its ETag is not sent again', async () => {
    const request = { method: 'GET', url: '/api/v1/users' } as const;
    const first = await api.call(request, ada);
    const etag = String(first.headers.etag);
    const again = await api.call({ ...request, headers: { 'if-none-match': `"other", ${etag}` } }, ada);
    expect([again.statusCode, again.body]).toEqual([304, '']);
    await api.addUser('bea', 'viewer');
    expect((await api.call({ ...request, headers: { 'if-none-match': etag } }, ada)).statusCode).toBe(200);
  });

  test('a list is read page by page', async () => {
    await api.addUser('cyd', 'viewer');
    const page = async (cursor: string | null) =>
      (await api.call({ method: 'GET', url: `/api/v1/users?limit=2${cursor ? `&cursor=${cursor}` : ''}` }, ada)).json();
    const first = await page(null);
    const second = await page(first.nextCursor);
    expect([...first.items, ...second.items].map(({ name }: { name: string }) => name)).toEqual(['ada', 'bea', 'cyd']);
    expect(second.nextCursor).toBeNull();
  });

  test('passwords and tokens have no way into the log', async () => {
    await api.call({ method: 'POST', url: '/api/v1/login', payload: { name: 'ada', password: PASSWORD } });
    await api.call({ method: 'GET', url: '/api/v1/me' }, ada);
    const log = api.logged.join();
    expect(log).toContain('"by":"ada"');
    expect(log).not.toContain(PASSWORD);
    expect(log).not.toContain(ada.headers.authorization?.slice(7));
  });
});

describe('the application', () => {
  test('refuses to start with a route that does not say who may call it', async () => {
    const started = startApi({ extend: async (app) => void app.get('/open', async () => 'hello') });
    await expect(started).rejects.toThrow('GET /open does not state config.access');
  });

  test('slows down who asks too much, each for themselves', async () => {
    const api = await startApi({ requestsPerMinute: 3 });
    const [ada, bea] = [await api.addUser('ada', 'admin'), await api.addUser('bea', 'viewer')];
    const me = (caller: Caller | null) => api.call({ method: 'GET', url: '/api/v1/me' }, caller);
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await me(ada)).statusCode);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const refused = await me(ada);
    expect(refused.json()).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await me(bea)).statusCode).toBe(200);
    for (let n = 0; n < 3; n += 1) expect((await me(null)).statusCode).toBe(401);
    expect((await me(null)).statusCode).toBe(429);
    await api.close();
  });
});
