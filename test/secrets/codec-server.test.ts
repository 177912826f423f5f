import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPayloadKeys } from '../../src/adapters/temporal/key-use.ts';
import { type ApiStand, type Caller, PASSWORD } from '../api/api-stand.ts';
import { environment } from '../factories/environment.ts';
import { startHarnessApi } from '../factories/harness-api.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';

const run = promisify(execFile);
const UI = 'http://127.0.0.1:8233';
const OLD_KEY = Buffer.alloc(32, 1).toString('base64');
const NEW_KEY = Buffer.alloc(32, 2).toString('base64');
const SECRET_TEXT = 'a method nobody should read';

let harness: ResearchHarness;
let api: ApiStand;
let root: Caller;
let ada: Caller;
let address: string;

beforeAll(async () => {
  const env = { FOLIOS_ENCRYPTION_KEY: NEW_KEY, FOLIOS_ENCRYPTION_OLD_KEYS: OLD_KEY };
  harness = await startResearchHarness({ worker: false, env });
  api = await startHarnessApi(harness, { codecOrigins: [UI] });
  [root, ada] = [await api.addUser('root', 'admin'), await api.addUser('ada', 'trader')];
  address = await api.app.listen({ host: '127.0.0.1', port: 0 });
  await harness.client.workflow.start('researchRun', {
    workflowId: 'held',
    taskQueue: 'nobody-serves',
    args: [{ strategyId: SECRET_TEXT }],
  });
}, 60_000);
afterAll(async () => {
  await api?.close();
  await harness?.close();
});

function payloadOf(value: unknown) {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return { metadata: { encoding: base64('json/plain') }, data: base64(JSON.stringify(value)) };
}

const decode = (payload: object, headers: Record<string, string>, method = 'decode') =>
  api.call({ method: 'POST', url: `/api/codec/${method}`, payload, headers });

/** What `temporal workflow show` prints, decoded by the codec server with these credentials. */
async function show(...codec: string[]): Promise<string> {
  const where = ['--address', environment('FOLIOS_TEST_TEMPORAL_ADDRESS'), '--namespace', harness.namespace];
  const args = ['workflow', 'show', '--workflow-id', 'held', '--output', 'json', ...where, ...codec];
  const { stdout } = await run(environment('FOLIOS_TEST_TEMPORAL_EXECUTABLE'), args);
  return stdout;
}

/** The workflow's input in a printed history, whose payloads stand in base64. */
function inputIn(printed: string): { encoding: string; text: string } {
  interface Started {
    readonly input: { readonly payloads: { metadata: { encoding: string }; data: string }[] };
  }
  const { events } = JSON.parse(printed) as { events: { workflowExecutionStartedEventAttributes?: Started }[] };
  const [payload] = events[0]?.workflowExecutionStartedEventAttributes?.input.payloads ?? [];
  const text = (base64 = '') => Buffer.from(base64, 'base64').toString('utf8');
  return { encoding: text(payload?.metadata.encoding), text: text(payload?.data) };
}

describe('the temporal program', () => {
  test('prints ciphertext by itself, and decoded payloads through the codec server', async () => {
    const plain = await show();
    expect(inputIn(plain)).toMatchObject({
      encoding: 'binary/encrypted',
      text: expect.not.stringContaining(SECRET_TEXT),
    });
    const endpoint = ['--codec-endpoint', `${address}/api/codec`];
    const decoded = await show(...endpoint, '--codec-auth', root.headers.authorization ?? '');
    expect(inputIn(decoded)).toEqual({ encoding: 'json/plain', text: JSON.stringify({ strategyId: SECRET_TEXT }) });
  });

  test('is refused without a credential, and with one that is not an administrator’s', async () => {
    const endpoint = ['--codec-endpoint', `${address}/api/codec`, '--command-timeout', '2s'];
    const ours = ['--codec-auth', ada.headers.authorization ?? ''];
    for (const given of [endpoint, [...endpoint, ...ours]]) await expect(show(...given)).rejects.toThrow(/failed/);
    const payload = { payloads: [payloadOf(1)] };
    expect((await decode(payload, {})).json().code).toBe('UNAUTHENTICATED');
    expect((await decode(payload, { ...ada.headers })).json().code).toBe('ACCESS_DENIED');
  });
});

describe('the codec server', () => {
  test('gives back what it encoded, and leaves what is not encrypted as it is', async () => {
    const payloads = [payloadOf({ text: 'Zürich' }), payloadOf(null), {}];
    const encoded = await decode({ payloads }, root.headers, 'encode');
    expect(encoded.json().payloads[0].metadata['encryption-key-id']).toBe(
      Buffer.from(harness.config.encryptionKeys[0]?.id ?? '').toString('base64'),
    );
    expect((await decode(encoded.json(), root.headers)).json()).toEqual({
      payloads: [...payloads.slice(0, 2), { metadata: {}, data: '' }],
    });
    expect((await decode({ payloads: payloads.slice(0, 1) }, root.headers)).json().payloads).toEqual([payloads[0]]);
  });

  test('answers what it cannot read or does not serve with a problem, not with a fault of its own', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const forged = {
      metadata: { encoding: base64('binary/encrypted'), 'encryption-key-id': base64('nobody') },
      data: 'AAAA',
    };
    const unreadable = await decode({ payloads: [forged] }, root.headers);
    expect([unreadable.statusCode, unreadable.json().code]).toEqual([422, 'PAYLOAD_UNREADABLE']);
    const foreign = await decode({ payloads: [] }, { ...root.headers, 'x-namespace': 'somebody-elses' });
    expect([foreign.statusCode, foreign.json().code]).toEqual([422, 'INPUT_INVALID']);
    for (const payload of [
      { payloads: 'x' },
      { payloads: [{ data: 'not base64!' }] },
      { payloads: [{ metadata: [] }] },
    ]) {
      expect((await decode(payload, root.headers)).statusCode).toBe(400);
    }
    expect((await decode({ payloads: [{ data: 'A'.repeat(5_000_000) }] }, root.headers)).statusCode).toBe(413);
  });

  test('takes pages of the Web UI and of no other site', async () => {
    const preflight = (origin: string) =>
      api.call({
        method: 'OPTIONS',
        url: '/api/codec/decode',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
    const allowed = await preflight(UI);
    expect(allowed.statusCode).toBe(204);
    expect(allowed.headers).toMatchObject({
      'access-control-allow-origin': UI,
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': expect.stringContaining('x-namespace'),
    });
    const refused = await preflight('https://evil.example');
    expect(refused.statusCode).toBe(401);
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();

    const asked = await decode({ payloads: [payloadOf(1)] }, { ...root.headers, origin: UI });
    expect(asked.headers['access-control-allow-origin']).toBe(UI);
    const evil = await decode({ payloads: [payloadOf(1)] }, { ...root.headers, origin: 'https://evil.example' });
    expect(evil.headers['access-control-allow-origin']).toBeUndefined();
  });
});

test('a login in the same browser counts for pages of the Web UI, here and at no other address', async () => {
  const login = await api.call({ method: 'POST', url: '/api/v1/login', payload: { name: 'root', password: PASSWORD } });
  const cookie = login.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const fromPage = (origin: string) => ({ cookie, origin, 'sec-fetch-site': 'same-site' });
  const payload = { payloads: [payloadOf(1)] };
  expect((await decode(payload, fromPage(UI))).statusCode).toBe(200);
  expect((await decode(payload, fromPage('http://127.0.0.1:9999'))).json().code).toBe('ORIGIN_REFUSED');
  const elsewhere = { method: 'POST', url: '/api/v1/schedules/plan-research/pause', payload: { reason: 'x' } } as const;
  expect((await api.call({ ...elsewhere, headers: fromPage(UI) })).json().code).toBe('ORIGIN_REFUSED');
});

test('the keys that are in use are told by their ids, with what is still under each', async () => {
  const [current, former] = harness.config.encryptionKeys;
  const ids = harness.config.encryptionKeys.map(({ id }) => id);
  expect(await createPayloadKeys(harness.client, ids).report(100)).toEqual({
    keys: [
      { id: current?.id, role: 'encrypts', openWorkflows: 1, schedules: 0 },
      { id: former?.id, role: 'decrypts', openWorkflows: 0, schedules: 0 },
    ],
    examinedWorkflows: 1,
    isComplete: true,
    plainWorkflows: 0,
  });
  // Rotated without keeping the key that the open workflow needs.
  const rotated = await createPayloadKeys(harness.client, ['another']).report(100);
  expect(rotated.keys.map(({ id, role }) => [id, role])).toEqual([
    ['another', 'encrypts'],
    [current?.id, 'missing'],
  ]);
});
