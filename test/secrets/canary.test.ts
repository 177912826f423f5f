import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReplayMarketData } from '../../src/adapters/replay/market-data.ts';
import { loadConfig } from '../../src/config.ts';
import { type RunningEmulators, startEmulators } from '../../src/emulators/start.ts';
import { findFreePort } from '../../src/main/embedded/ports.ts';
import { type IsolatedEnvironment, isolatedEnvironment } from '../e2e/isolated-environment.ts';
import { type RunningProgram, runFolios, startProgram } from '../e2e/programs.ts';
import { controlEmulators } from '../factories/emulator-control.ts';
import { ROOT } from '../factories/research-harness.ts';
import { waitFor } from '../factories/wait-for.ts';
import { type Canary, findLeaks, type Place } from './leak-search.ts';
import { filesOf, historiesOf, tablesOf } from './left-behind.ts';

const canary = (name: string) => ({
  name,
  text: `canary${name.replaceAll('_', '')}${randomBytes(12).toString('hex')}`,
});
const encryptionKey = randomBytes(32).toString('base64');

/** What is given to the program, and nowhere else. */
const PLANTED = {
  OPENAI_API_KEY: canary('OPENAI_API_KEY'),
  ANTHROPIC_API_KEY: canary('ANTHROPIC_API_KEY'),
  GEMINI_API_KEY: canary('GEMINI_API_KEY'),
  FOLIOS_SETUP_TOKEN: canary('FOLIOS_SETUP_TOKEN'),
  NOTIFY_SECRET: canary('NOTIFY_SECRET'),
  NOTIFY_SLACK: canary('NOTIFY_SLACK'),
  NOTIFY_BOT: canary('NOTIFY_BOT'),
  FOLIOS_ENCRYPTION_KEY: { name: 'FOLIOS_ENCRYPTION_KEY', text: encryptionKey },
  OLD_KEY: { name: 'FOLIOS_ENCRYPTION_OLD_KEYS', text: randomBytes(32).toString('base64') },
} satisfies Record<string, Canary>;
const SMTP = canary('SMTP_PASSWORD');
const COLLECTOR = canary('OTEL_HEADER');
const PASSWORD = canary('PASSWORD');
const WRONG_PASSWORD = canary('WRONG_PASSWORD');
const FORGED = canary('FORGED_TOKEN');
/** Not a secret: it is told on purpose, to see that the search would find a secret in each kind of place. */
const OPEN = canary('open');

const secrets: Canary[] = [...Object.values(PLANTED), SMTP, COLLECTOR, PASSWORD, WRONG_PASSWORD, FORGED];
const said: Place[] = [];
let machine: IsolatedEnvironment;
let emulators: RunningEmulators;
let stack: RunningProgram;
let env: Record<string, string>;
let places: readonly Place[];

beforeAll(async () => {
  emulators = await startEmulators({
    ports: { openai: 0, anthropic: 0, gemini: 0 },
    seed: 'canary',
    latencyMs: 200,
    marketData: createReplayMarketData(join(ROOT, 'data')),
  });
  machine = await isolatedEnvironment();
  env = { ...machine.env, ...(await plantedEnvironment()) };
  await mkdir(join(machine.stateDir, 'secrets'), { recursive: true, mode: 0o700 });
  await writeFile(join(machine.stateDir, 'secrets/mail'), SMTP.text, { mode: 0o600 });
  await controlEmulators(emulators).arm('openai', { on: 'outcome', fault: 'failed', times: 2 });
  stack = startProgram('src/main/stack.ts', [], env);
  await stack.waitFor(/folios is up/, 120_000);
  await lookFromTheWebUi();
  await useTheApi();
  await useTheCommandLine();
  const address = `127.0.0.1:${machine.ports.FOLIOS_TEMPORAL_PORT}`;
  const [key] = loadConfig(env).encryptionKeys.map(({ id, key: secret }) => ({ id, key: secret.reveal() }));
  if (!key) throw new Error('nothing is encrypted');
  const left = [...(await historiesOf(address, key)), ...(await tablesOf(env))];
  const { stdout, stderr } = await stack.end('SIGINT');
  said.push({ name: 'terminal of npm start', content: stdout + stderr });
  places = [...left, ...(await filesOf(machine.stateDir)), ...said];
}, 240_000);
afterAll(async () => {
  await stack?.end('SIGINT');
  await emulators?.close();
  await machine?.remove();
}, 60_000);

/** Real providers as far as the program knows: its keys go out to them. Nobody listens at the other addresses. */
async function plantedEnvironment(): Promise<Record<string, string>> {
  const nobody = `http://127.0.0.1:${await findFreePort()}`;
  return {
    ...Object.fromEntries(Object.entries(PLANTED).map(([name, { text }]) => [name, text])),
    NOTIFY_SLACK: `${nobody}/services/${PLANTED.NOTIFY_SLACK.text}`,
    FOLIOS_PROVIDERS: 'real',
    OPENAI_BASE_URL: emulators.urls.openai,
    ANTHROPIC_BASE_URL: emulators.urls.anthropic,
    GOOGLE_GEMINI_BASE_URL: emulators.urls.gemini,
    FOLIOS_ENCRYPTION_OLD_KEYS: PLANTED.OLD_KEY.text,
    FOLIOS_POLL_INTERVAL_MS: '200',
    FOLIOS_SUBMIT_QUIET_MS: '1000',
    FOLIOS_LOG_LEVEL: 'trace',
    FOLIOS_ALLOW_PRIVATE_WEBHOOKS: 'true',
    FOLIOS_TELEGRAM_API_URL: nobody,
    OTEL_EXPORTER_OTLP_ENDPOINT: nobody,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${COLLECTOR.text}`,
  };
}

const AT_HOME = () => `http://127.0.0.1:${machine.ports.FOLIOS_API_PORT}`;

/** One request whose answer must not hold a secret. */
async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const response = await fetch(`${AT_HOME()}/api/v1${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  said.push({ name: `answer of ${method} ${path}`, content: await response.clone().text() });
  return response;
}

/** As a page of the embedded Web UI does while there is no user yet. */
async function lookFromTheWebUi(): Promise<void> {
  const origin = `http://127.0.0.1:${machine.ports.FOLIOS_TEMPORAL_UI_PORT}`;
  const settings = (await (await fetch(`${origin}/api/v1/settings`)).json()) as { Codec?: { Endpoint?: string } };
  expect(settings.Codec?.Endpoint).toBe(`${AT_HOME()}/api/codec`);
  const page = { origin, 'sec-fetch-site': 'same-site' };
  const decoded = await ask('POST', '/codec/decode', { payloads: [] }, page);
  expect([decoded.status, decoded.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
}

/** Sets up, logs in, makes a token, and does all of it wrongly as well. */
async function useTheApi(): Promise<void> {
  const login = { name: 'ada', password: PASSWORD.text };
  expect((await ask('POST', '/setup', { ...login, setupToken: PLANTED.FOLIOS_SETUP_TOKEN.text })).status).toBeLessThan(
    300,
  );
  await ask('POST', '/setup', { ...login, setupToken: PLANTED.FOLIOS_SETUP_TOKEN.text });
  await ask('POST', '/login', { ...login, password: WRONG_PASSWORD.text });
  await ask('POST', '/login', { name: 7, password: WRONG_PASSWORD.text, passwort: WRONG_PASSWORD.text });
  const loggedIn = await ask('POST', '/login', login);
  expect(loggedIn.status).toBe(200);
  const { csrfToken } = (await loggedIn.json()) as { csrfToken: string };
  const cookies = loggedIn.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
  const [session = ''] = cookies
    .map((cookie) => cookie.slice(cookie.indexOf('=') + 1))
    .filter((one) => one.length > 20);
  secrets.push({ name: 'session', text: session });
  const own = { cookie: cookies.join('; '), 'x-folios-csrf': csrfToken };
  // Made here and told this once: its answer is the one that may hold it.
  const made = await fetch(`${AT_HOME()}/api/v1/tokens`, {
    method: 'POST',
    headers: { ...own, 'content-type': 'application/json', 'idempotency-key': 'canary' },
    body: JSON.stringify({ name: 'canary', scopes: ['read', 'trade', 'admin'] }),
  });
  const { secret } = (await made.json()) as { secret: string };
  secrets.push({ name: 'API token', text: secret });
  const bearer = { authorization: `Bearer ${secret}` };
  for (const path of [
    '/me',
    '/tokens',
    '/sessions',
    '/schedules',
    '/strategies',
    '/nowhere',
    `/strategies/${OPEN.text}`,
  ]) {
    await ask('GET', path, undefined, bearer);
  }
  await ask('GET', '/me', undefined, { authorization: `Bearer fol_${FORGED.text}` });
  await ask('GET', '/me', undefined, { cookie: own.cookie.replace(session, FORGED.text) });
  await ask('PUT', '/schedules/dreman-contrarian', { cron: '0 6 * * *', market: 'any' }, bearer);
  await ask('POST', '/schedules/dreman-contrarian/pause', { reason: OPEN.text }, bearer);
  await ask(
    'POST',
    '/codec/decode',
    { payloads: [{ metadata: { encoding: 'YmluYXJ5L2VuY3J5cHRlZA==' }, data: 'AAAA' }] },
    bearer,
  );
}

/** A run with a failing provider, a ticket, channels that cannot be reached, and commands that fail. */
async function useTheCommandLine(): Promise<void> {
  const folios = async (...args: string[]) => {
    const { stdout, stderr } = await runFolios(env, ...args);
    said.push({ name: `terminal of folios ${args.slice(0, 2).join(' ')}`, content: stdout + stderr });
    return stdout;
  };
  await folios('account', 'open', 'demo', '--balance', '100000');
  await folios('order', 'place', '--account', 'demo', '--buy', '10', 'KO', '--yes');
  await folios('pause', '--reason', OPEN.text);
  await folios(
    'notifications',
    'add',
    'ops',
    '--webhook',
    `http://127.0.0.1:1/${OPEN.text}`,
    '--secret',
    'env:NOTIFY_SECRET',
  );
  await folios('notifications', 'add', 'desk', '--slack', 'env:NOTIFY_SLACK');
  await folios('notifications', 'add', 'phone', '--telegram', 'env:NOTIFY_BOT', '--chat', '1');
  const mail = ['--smtp', '127.0.0.1:1', '--user', 'folios', '--password', 'file:mail', '--from', 'a@example.com'];
  await folios('notifications', 'add', 'mail', ...mail, '--to', 'b@example.com', '--no-tls');
  for (const channel of ['ops', 'desk', 'phone', 'mail']) await folios('notifications', 'test', channel);
  const library = await readFile(join(ROOT, 'strategies/dreman-contrarian.yaml'), 'utf8');
  const file = join(machine.stateDir, 'strategy.yaml');
  const open = library.replace('slug: dreman-contrarian', `slug: ${OPEN.text}`);
  await writeFile(file, open.replace('Invest as', `Method ${OPEN.text}. Invest as`));
  await folios('strategy', 'add', file);
  await folios('enqueue', '--strategy', OPEN.text);
  for (const command of ['doctor', 'keys', 'status', 'accounts', 'orders', 'alerts', 'plan', 'strategies']) {
    await folios(command, '--json');
  }
  await folios('strategy', 'show', OPEN.text);
  await folios('schedule', 'list');
  await waitFor('the end of the runs', async () => {
    const tasks = JSON.parse(await folios('status', '--json')) as { tasks?: { state: string }[] };
    return tasks.tasks?.every(({ state }) => ['succeeded', 'failed'].includes(state));
  });
}

test('no planted secret stands in a history, log, answer, artifact, row or on a terminal', () => {
  expect(secrets).toHaveLength(16);
  expect(findLeaks(places, secrets)).toEqual([]);
});

test('the search looked where secrets could be: each kind of place holds what was told there on purpose', () => {
  const found = findLeaks(places, [OPEN]).join('\n');
  const kinds = [
    'history research/',
    'table trading_mode_changes',
    'answer of GET',
    'terminal of folios',
    'artifacts/',
  ];
  for (const kind of kinds) expect(found).toContain(`as plain in ${kind}`);
  const names = places.map(({ name }) => name).join('\n');
  for (const kind of ['logs/folios.log', 'logs/temporal.log', 'temporal.db']) {
    expect(names).toContain(kind);
  }
  // The keys went out: without real use nothing would have been proven.
  expect(places.some((one) => one.name.startsWith('history job/') && String(one.content).includes('JOB_FAILED'))).toBe(
    true,
  );
});

describe('the search', () => {
  const planted = { name: 'secret', text: 'Kx9/+secret~of-32-characters-long' };
  test.each([
    ['plain', `a line with ${planted.text} in it`],
    ['url', `https://x.example/?key=${encodeURIComponent(planted.text)}`],
    ['hex', `0x${Buffer.from(planted.text).toString('hex').toUpperCase()}`],
    ...['', 'a', 'ab', 'abc'].map((before) => [
      'base64',
      Buffer.from(`${before}${planted.text} and more`).toString('base64'),
    ]),
    ['base64', Buffer.from(`x${planted.text}`).toString('base64url')],
  ])('finds a secret that is left as %s', (kind, content) => {
    expect(findLeaks([{ name: 'here', content }], [planted])).toEqual([`secret as ${kind} in here`]);
  });

  test('finds the bytes of a key, and looks into packed files', async () => {
    const { gzipSync } = await import('node:zlib');
    const key = { name: 'key', text: encryptionKey };
    const bytes = Buffer.from(encryptionKey, 'base64').toString('hex');
    expect(findLeaks([{ name: 'here', content: gzipSync(`key: ${bytes}`) }], [key])).toEqual(['key as hex in here']);
    expect(findLeaks([{ name: 'here', content: 'nothing' }], [key, planted])).toEqual([]);
  });
});
