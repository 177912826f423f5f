import { setTimeout as sleep } from 'node:timers/promises';
import { scopesOf } from '../../src/domain/access/principal.ts';
import { findFreePort } from '../../src/main/embedded/ports.ts';
import type { Figure } from '../figure.ts';
import { type ServerProcess, startServerProcess } from '../stand/api-process.ts';
import { listenToEvents } from '../stand/event-clients.ts';
import { load } from '../stand/load.ts';
import { fillWithOrders, type ManyOrders, ORDERS, sequentialScans } from '../stand/many-orders.ts';
import { openStand, type Stand } from '../stand/stand.ts';
import { percentile } from '../statistics.ts';
import type { FigureGroup } from './group.ts';

const LANES = 8;
const ROUNDS = 3;
const ROUND_MS = 1_000;
const EVENT_CLIENTS = 200;

/** The ten most used reads, as a trader asks for them. */
const READS: Readonly<Record<string, (of: ManyOrders) => string>> = {
  orders: () => '/orders',
  'orders-of-account': ({ account }) => `/orders?account=${account}`,
  'orders-working': () => '/orders?state=ACCEPTED',
  'orders-of-symbol': () => '/orders?symbol=KO',
  order: ({ orderId }) => `/orders/${orderId}`,
  'order-events': ({ orderId }) => `/orders/${orderId}/events`,
  accounts: () => '/accounts',
  positions: ({ account }) => `/accounts/${account}/positions`,
  executions: ({ account }) => `/accounts/${account}/executions`,
  tasks: () => '/tasks',
};

/** The API as a process of its own, over a database with years of orders. */
export const apiReads: FigureGroup = {
  names: [
    'api-requests-per-second',
    'api-p99',
    ...Object.keys(READS).map((name) => `api-p99-${name}`),
    'api-sequential-scans',
    'api-memory-200-event-clients',
    'api-event-p99',
  ],

  async measure(servers, say) {
    const stand = await openStand(servers, 0);
    const programs: ServerProcess[] = [];
    try {
      say(`filling the database with ${ORDERS} orders`);
      const filled = await fillWithOrders(stand);
      const headers = { authorization: `Bearer ${await tradersToken(stand)}` };
      const start = async (program: 'api' | 'reference') => {
        const server = await startServerProcess(stand, program, await findFreePort());
        programs.push(server);
        return server;
      };
      const api = await start('api');
      const reference = await start('reference');
      const reads = await measureReads(stand, { api, reference, filled, headers }, say);
      return [...reads, ...(await measureEvents(stand, api, filled, headers))];
    } finally {
      for (const program of programs) await program.stop();
      await stand.close();
    }
  },
};

interface Measured {
  readonly api: ServerProcess;
  readonly reference: ServerProcess;
  readonly filled: ManyOrders;
  readonly headers: Readonly<Record<string, string>>;
}

async function measureReads(
  stand: Stand,
  { api, reference, filled, headers }: Measured,
  say: (line: string) => void,
): Promise<Figure[]> {
  const options = { lanes: LANES, durationMs: ROUND_MS };
  const addresses = Object.entries(READS).map(([name, path]) => ({ name, url: `${api.url}/api/v1${path(filled)}` }));
  // Plans are made and code is compiled once.
  for (const { url } of addresses) await load(url, headers, { lanes: LANES, durationMs: 300 });
  await load(`${reference.url}/page`, {}, { lanes: LANES, durationMs: 300 });
  const before = await settledScans(stand);
  const latencies = new Map<string, number[]>(addresses.map(({ name }) => [name, []]));
  const bare: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, url } of addresses) {
      const loaded = await load(url, headers, options);
      latencies.get(name)?.push(...loaded.latencies);
      rates.push(loaded.requestsPerSecond);
      bare.push(
        (await load(`${reference.url}/page`, {}, { lanes: LANES, durationMs: ROUND_MS / 4 })).requestsPerSecond,
      );
    }
    say(`round ${round + 1} of ${ROUNDS}: ${mean(rates.slice(-addresses.length)).toFixed(0)} requests a second`);
  }
  const after = await settledScans(stand);
  const scanned = [...after].filter(([name, scans]) => scans > (before.get(name) ?? 0)).map(([name]) => name);
  if (scanned.length > 0) say(`read from end to end: ${scanned.join(', ')}`);
  const note = `${LANES} at a time, ${ORDERS} orders, as a trader with ten accounts`;
  return [
    {
      name: 'api-requests-per-second',
      value: mean(rates),
      unit: 'requests/s',
      reference: { name: 'bare-fastify', value: mean(bare) },
      note: `mean over the ten reads, ${note}`,
    },
    { name: 'api-p99', value: percentile([...latencies.values()].flat(), 99), unit: 'ms', note: `all ten, ${note}` },
    ...addresses.map(({ name }) => ({
      name: `api-p99-${name}`,
      value: percentile(latencies.get(name) ?? [], 99),
      unit: 'ms',
      note,
    })),
    {
      name: 'api-sequential-scans',
      value: scanned.length,
      unit: 'tables',
      note: 'tables of 10,000 rows or more that one of the reads went through from end to end',
    },
  ];
}

/** Sessions of PostgreSQL tell of their scans at most once a second, and only when they have come to rest. */
async function settledScans(stand: Stand): Promise<ReadonlyMap<string, number>> {
  await sleep(2_000);
  return await sequentialScans(stand);
}

async function measureEvents(
  stand: Stand,
  api: ServerProcess,
  { account }: ManyOrders,
  headers: Readonly<Record<string, string>>,
): Promise<Figure[]> {
  const before = await api.memory();
  const clients = await listenToEvents(`${api.url}/api/v1/events`, headers, EVENT_CLIENTS);
  const latencies: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const at = performance.now();
    const heard = clients.untilAllHear('order');
    await touchOrder(stand, account, n);
    latencies.push(...(await heard).map((heardAt) => heardAt - at));
    await sleep(100);
  }
  const during = await api.memory();
  clients.close();
  return [
    {
      name: 'api-memory-200-event-clients',
      value: during.nowMb,
      unit: 'MB',
      reference: { name: 'without', value: before.nowMb },
      note: `resident memory of the API's process with ${EVENT_CLIENTS} clients of /events`,
    },
    {
      name: 'api-event-p99',
      value: percentile(latencies, 99),
      unit: 'ms',
      note: `from the change in the database to each of ${EVENT_CLIENTS} clients`,
    },
  ];
}

async function touchOrder({ service }: Stand, accountId: string, n: number): Promise<void> {
  const { db } = service.services;
  const { id } = await db
    .selectFrom('orders')
    .select('id')
    .where('account_id', '=', accountId)
    .where('state', '=', 'ACCEPTED')
    .limit(1)
    .executeTakeFirstOrThrow();
  await db
    .updateTable('orders')
    .set({ limit_price: String(11 + n) })
    .where('id', '=', id)
    .execute();
}

/** A trader to whom all the accounts belong. */
async function tradersToken({ service }: Stand): Promise<string> {
  const { users, tokens, credentials, ownership, accounts } = service.services;
  const now = new Date();
  const passwordHash = await credentials.hashPassword('a password of the bench');
  const { userId } = await users.add({ name: 'trader', role: 'trader', passwordHash }, now);
  for (const { accountId } of await accounts.list()) await ownership.claimAccount(accountId, userId);
  const text = `fol_${credentials.newSecret()}`;
  const secretSha256 = credentials.digest(text);
  await tokens.add(
    { userId, name: 'bench', hint: 'fol_', secretSha256, scopes: scopesOf('trader'), expiresAt: null },
    now,
  );
  return text;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, one) => total + one, 0) / Math.max(1, values.length);
}
