import { sql } from 'kysely';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { assertSchemaCurrent } from '../../db/migrator.ts';
import { connectTemporal, type TemporalLink } from '../adapters/temporal/connection.ts';
import type { Finding } from '../cli/commands/doctor.ts';
import { remedyFor } from '../cli/remedies.ts';
import type { Config } from '../config.ts';
import { errorCodeOf } from '../contracts/errors.ts';
import { brokerTaskQueue, llmTaskQueue, WORKFLOW_TASK_QUEUE } from '../contracts/task-queues.ts';
import { isMarketOpen, newYorkTime, sessionOf } from '../domain/market/calendar.ts';
import { PROVIDER_NAMES } from '../domain/research/provider.ts';
import { databaseUrl } from './database-url.ts';
import { lastPollOf } from './pollers.ts';
import { createArtifactStore } from './services.ts';
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
    ];
  } finally {
    await link.close();
  }
}

async function examineWorkers(link: TemporalLink, now: Date): Promise<Finding> {
  const queues = [WORKFLOW_TASK_QUEUE, ...PROVIDER_NAMES.map(llmTaskQueue), brokerTaskQueue('paper')];
  const polls = await Promise.all(
    queues.map(async (queue) => {
      const kind = queue === WORKFLOW_TASK_QUEUE ? 'workflow' : 'activity';
      return { queue, lastPoll: await lastPollOf(link, queue, kind, () => true) };
    }),
  );
  const silent = polls.filter(
    ({ lastPoll }) => lastPoll === null || now.getTime() - lastPoll.getTime() > MAX_POLL_AGE_MS,
  );
  if (silent.length === 0) return ok('workers', `poll all ${queues.length} task queues`);
  const names = silent.map(({ queue }) => queue).join(', ');
  return {
    part: 'workers',
    state: 'failed',
    detail: `nobody polls ${names}`,
    remedy: '`npm start`, or `npm run worker`',
  };
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
