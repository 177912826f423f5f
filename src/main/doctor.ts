import { connect } from 'node:net';
import { sql } from 'kysely';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { assertSchemaCurrent } from '../../db/migrator.ts';
import { createTradingAccounts } from '../../db/repositories/trading-accounts.ts';
import { connectTemporal, type TemporalLink } from '../adapters/temporal/connection.ts';
import type { Finding } from '../cli/commands/doctor.ts';
import { remedyFor } from '../cli/remedies.ts';
import type { Config } from '../config.ts';
import { errorCodeOf } from '../contracts/errors.ts';
import { accountTaskQueue, brokerTaskQueue, llmTaskQueue, WORKFLOW_TASK_QUEUE } from '../contracts/task-queues.ts';
import { isMarketOpen, newYorkTime, sessionOf } from '../domain/market/calendar.ts';
import { PROVIDER_NAMES } from '../domain/research/provider.ts';
import { BrokerName, type TradingAccount } from '../ports/trading-accounts.ts';
import { createArtifactStore } from './artifacts.ts';
import { databaseUrl } from './database-url.ts';
import { lastPollOf } from './pollers.ts';
import { temporalSettings } from './temporal-settings.ts';

const ANSWER_TIMEOUT_MS = 3_000;
/** Temporal's own deadlines and our tokens go wrong long before this; NTP keeps well below it. */
const MAX_CLOCK_SKEW_MS = 2_000;
/** A poll lasts about a minute. */
const MAX_POLL_AGE_MS = 150_000;

/** Asks every part of the installation by itself what it is and how it does. Never fails; a part that does says why. */
export async function diagnose(config: Config, now: () => Date): Promise<readonly Finding[]> {
  const parts: [string, () => Promise<Finding | Finding[]>][] = [
    ['Node', async () => ok('Node', process.version)],
    ['secrets', async () => config.warnings.map((detail) => warning('secrets', detail, 'chmod 600 the file'))],
    ['PostgreSQL', () => examineDatabase(config, now)],
    ['Temporal', () => examineTemporal(config, now)],
    ['artifacts', () => examineArtifacts(config)],
    ...PROVIDER_NAMES.map((provider): [string, () => Promise<Finding>] => [
      provider,
      () => examineProvider(config, provider),
    ]),
    ['market', async () => examineMarket(now())],
  ];
  const findings = await Promise.all(
    parts.map(async ([part, examine]) => examine().catch((error) => failed(part, error))),
  );
  return findings.flat();
}

function ok(part: string, detail: string): Finding {
  return { part, state: 'ok', detail, remedy: null };
}

function warning(part: string, detail: string, remedy: string): Finding {
  return { part, state: 'warning', detail, remedy };
}

function failed(part: string, error: unknown): Finding {
  const code = errorCodeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const remedy = code === null ? null : remedyFor(code);
  return { part, state: 'failed', detail: code === null ? message : `${code}: ${message}`, remedy };
}

async function examineDatabase(config: Config, now: () => Date): Promise<Finding[]> {
  const db = openDatabase(await databaseUrl(config), { maxConnections: 1, connectTimeoutMs: ANSWER_TIMEOUT_MS });
  try {
    const asked = now().getTime();
    const { rows } = await sql<{ version: string; clock: Date }>`
      select current_setting('server_version') as version, clock_timestamp() as clock
    `.execute(db);
    const answered = now().getTime();
    const { version = '?', clock = now() } = rows[0] ?? {};
    await assertSchemaCurrent(db);
    const where = config.databaseUrl ? 'at DATABASE_URL' : `embedded, port ${config.ports.postgres}`;
    return [
      ok('PostgreSQL', `${version}, ${where}, schema current`),
      skewFinding('PostgreSQL’s clock', clock.getTime() - (asked + answered) / 2),
    ];
  } finally {
    await closeDatabase(db);
  }
}

async function examineTemporal(config: Config, now: () => Date): Promise<Finding[]> {
  const link = await connectTemporal(temporalSettings(config));
  try {
    const { serverVersion } = await link.client.workflowService.getSystemInfo({});
    return [
      ok('Temporal', `${serverVersion} at ${link.address}, namespace ${link.namespace}`),
      await examineWorkers(link, now()),
      ...(await examineDesks(config, link, now()).catch((error) => [failed('trading accounts', error)])),
    ];
  } finally {
    await link.close();
  }
}

async function examineWorkers(link: TemporalLink, now: Date): Promise<Finding> {
  const queues = [WORKFLOW_TASK_QUEUE, ...PROVIDER_NAMES.map(llmTaskQueue), brokerTaskQueue('paper')];
  const silent = await silentQueues(link, queues, now);
  if (silent.length === 0) return ok('workers', `poll all ${queues.length} task queues`);
  const names = silent.join(', ');
  return {
    part: 'workers',
    state: 'failed',
    detail: `nobody polls ${names}`,
    remedy: '`npm start`, or `npm run worker`',
  };
}

/** Those of the queues that nobody has asked for work lately. */
async function silentQueues(link: TemporalLink, queues: readonly string[], now: Date): Promise<readonly string[]> {
  const polls = await Promise.all(
    queues.map(async (queue) => {
      const kind = queue === WORKFLOW_TASK_QUEUE ? 'workflow' : 'activity';
      return { queue, lastPoll: await lastPollOf(link, queue, kind, () => true) };
    }),
  );
  return polls
    .filter(({ lastPoll }) => lastPoll === null || now.getTime() - lastPoll.getTime() > MAX_POLL_AGE_MS)
    .map(({ queue }) => queue);
}

/** Whether somebody owns the session of each account that takes written tickets: without him its orders wait. */
async function examineDesks(config: Config, link: TemporalLink, now: Date): Promise<Finding[]> {
  const part = 'trading accounts';
  const accounts = await tradingAccounts(config);
  const queues = accounts.map(({ accountId }) => accountTaskQueue(accountId));
  const silent = await silentQueues(link, queues, now);
  const unserved = accounts.filter((_account, index) => silent.includes(queues[index] ?? '')).map(({ name }) => name);
  const remedy = '`npm start`, or `npm run worker`';
  const desks =
    unserved.length > 0
      ? warning(part, `nobody serves ${unserved.join(', ')}: orders wait`, remedy)
      : ok(part, accounts.length === 0 ? 'none opened yet' : `${accounts.length}, each served`);
  const isIbkrUsed = accounts.some(({ broker }) => broker === BrokerName.ibkr);
  return isIbkrUsed ? [desks, await examineGateway(config)] : [desks];
}

async function tradingAccounts(config: Config): Promise<readonly TradingAccount[]> {
  const db = openDatabase(await databaseUrl(config), { maxConnections: 1, connectTimeoutMs: ANSWER_TIMEOUT_MS });
  try {
    return (await createTradingAccounts(db).list()).filter(({ strategyId }) => strategyId === null);
  } finally {
    await closeDatabase(db);
  }
}

/** Only whether something listens: a session would take a client id. */
async function examineGateway({ ibkr }: Config): Promise<Finding> {
  const part = 'Interactive Brokers';
  const at = `${ibkr.simulated ? 'TWS simulator' : 'REAL gateway'} at ${ibkr.host}:${ibkr.port}`;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: ibkr.host, port: ibkr.port, timeout: ANSWER_TIMEOUT_MS });
  socket
    .once('connect', () => resolve(true))
    .once('error', () => resolve(false))
    .once('timeout', () => resolve(false));
  const answers = await promise.finally(() => socket.destroy());
  if (answers) return ok(part, at);
  const remedy = ibkr.simulated ? '`npm start`, or `npm run emulators`' : 'start TWS or IB Gateway and enable its API';
  return warning(part, `nothing answers: ${at}`, remedy);
}

async function examineArtifacts(config: Config): Promise<Finding> {
  await createArtifactStore(config).check();
  const { artifactStore: store } = config;
  return ok(
    'artifacts',
    store.kind === 'file' ? `${store.directory} takes writes` : `bucket ${store.bucket} takes writes`,
  );
}

/** An emulator is asked; of a real provider only the key is looked at, since a question could cost money. */
async function examineProvider(config: Config, provider: (typeof PROVIDER_NAMES)[number]): Promise<Finding> {
  const { simulated, baseUrl } = config.providers[provider];
  if (!simulated) return ok(provider, 'real, its API key is set; it was not asked');
  const url = new URL('/_control/state', baseUrl ?? '');
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    await response.body?.cancel();
    if (response.ok) return ok(provider, `emulated at ${baseUrl}`);
    return failed(provider, new Error(`${url} answers ${response.status}`));
  } catch (error) {
    const reason = ((error as Error).cause as Error | undefined)?.message ?? (error as Error).message;
    return {
      ...failed(provider, new Error(`no emulator at ${baseUrl}: ${reason}`)),
      remedy: '`npm start`, or `npm run emulators`',
    };
  }
}

function examineMarket(now: Date): Finding {
  const { day, time } = newYorkTime(now.getTime());
  const session = sessionOf(day);
  const hours = session === null ? 'no session today' : `today ${session.open} to ${session.close}`;
  return ok('NYSE', `${isMarketOpen(now.getTime()) ? 'open' : 'closed'} at ${time} in New York on ${day}; ${hours}`);
}

function skewFinding(part: string, skewMs: number): Finding {
  const detail = `${skewMs >= 0 ? '+' : '−'}${Math.abs(Math.round(skewMs))} ms against this machine's`;
  if (Math.abs(skewMs) <= MAX_CLOCK_SKEW_MS) return ok(part, detail);
  return warning(part, detail, 'synchronise both clocks with NTP');
}
