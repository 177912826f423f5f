import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { createTradingSwitch } from '../../db/repositories/trading-switch.ts';
import { createReplayMarketData } from '../../src/adapters/replay/market-data.ts';
import { createFoliosClient } from '../../src/client/folios-client.ts';
import { loadConfig } from '../../src/config.ts';
import { openService, prepareService } from '../../src/main/service.ts';
import { type BookSources, readBooks, readLedger, readOrders } from './books.ts';
import { type CrashReport, crashTable, reportOf } from './crash-table.ts';
import { keepEvidence } from './evidence.ts';
import { type BasePrices, FIRST_DAY, generateRounds, PARTS, SLOW_ANSWERS } from './generator.ts';
import { cancelStanding, untilPeace } from './peace.ts';
import { nothingDone, playRound, type Scene } from './rounds.ts';
import { BROKER_ACCOUNTS, openStand, ROOT, type Stand } from './stand.ts';
import { judge, OPENING_CASH_USD, unprotectedEntries } from './verdict.ts';

const SYMBOLS = ['KO', 'PEP', 'XOM', 'JNJ', 'WMT'];
/** A run opens more positions than a careful person: its orders are to reach the broker. */
const LIMITS = { maxPositionsPerSymbol: 1_000, maxPositions: 5_000 };
const PLANT = 'resubmit-without-reconcile';
const say = (line: string) => void process.stderr.write(`# ${line}\n`);

interface Options {
  readonly rounds: number;
  readonly minutes: number;
  readonly seed: number;
  readonly plant: typeof PLANT | null;
  readonly only: typeof SLOW_ANSWERS | null;
  readonly json: string | null;
  readonly logDir: string | null;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '20' },
      minutes: { type: 'string', default: '60' },
      seed: { type: 'string' },
      plant: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'string' },
      logs: { type: 'string' },
    },
  });
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
  const [rounds, minutes] = [Number(values.rounds), Number(values.minutes)];
  if (![rounds, minutes, seed].every((value) => Number.isFinite(value) && value >= 0)) {
    throw new Error('--rounds, --minutes and --seed are numbers');
  }
  const { plant = null, only = null } = values;
  if (plant !== null && plant !== PLANT) throw new Error(`the only bug to plant is ${PLANT}`);
  if (only !== null && only !== SLOW_ANSWERS) throw new Error(`the only trouble to choose is ${SLOW_ANSWERS}`);
  return { rounds, minutes, seed, plant, only, json: values.json ?? null, logDir: values.logs ?? null };
}

/**
 * `npm run crash -- --rounds N --minutes M --seed S [--json FILE] [--logs FOLDER] [--plant resubmit-without-reconcile]
 * [--only slow-answers]`: random tickets while everything they need is killed and the broker misbehaves; then the books
 * are compared. Ends with 1 where a promise is broken. Nothing is left behind.
 */
async function main(): Promise<void> {
  const options = readOptions();
  say(`seed ${options.seed}`);
  const { cacheDir } = loadConfig();
  const opening = openStand({ ...options, cacheDir, say });
  const interrupted = () => {
    isInterrupted = true;
    const closed = opening.then(
      (stand) => stand.close(),
      () => undefined,
    );
    void closed.finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const stand = await opening;
  try {
    const report = await crash(options, stand);
    process.stdout.write(`${crashTable(report)}\n`);
    if (options.json !== null) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    process.exitCode = report.holds ? 0 : 1;
    if (!report.holds) for (const line of await stand.warnings()) say(line);
  } finally {
    if (!isInterrupted) await stand.close();
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

async function crash(options: Options, stand: Stand): Promise<CrashReport> {
  const startedMs = performance.now();
  const accountIds = await prepareBooks(stand);
  await stand.start('worker');
  const connection = await Connection.connect({ address: stand.env.TEMPORAL_ADDRESS ?? '' });
  const client = new Client({ connection });
  const db = openDatabase(stand.databaseUrl);
  const done = nothingDone();
  const scene: Scene = {
    stand,
    folios: createFoliosClient(client),
    connection,
    accountIds,
    tradingSwitch: createTradingSwitch(db),
    pending: new Set(),
    done,
  };
  const sources: BookSources = { stand, db, client };
  try {
    const untilMs = startedMs + options.minutes * 60_000;
    for (const round of generateRounds(options.seed, await basePrices(), accountIds.length, options.only)) {
      if (done.rounds >= options.rounds || performance.now() > untilMs) break;
      await playRound(scene, round);
      if (done.rounds % 10 === 0) say(`${done.rounds} rounds, ${done.tickets.length} tickets`);
    }
    await Promise.all(scene.pending);
    const unprotected = await settle(scene, sources);
    const ids = done.tickets.map(({ ticketId }) => ticketId);
    const books = await readBooks(sources, ids);
    const seconds = (performance.now() - startedMs) / 1000;
    const { seed, plant } = options;
    const verdict = judge(books, unprotected);
    const isBroken = verdict.some(({ broken }) => broken.length > 0);
    if (isBroken && options.logDir !== null) say(`see ${await keepEvidence(options.logDir, books, verdict, done)}`);
    return reportOf(done, books, { seed, plant, seconds, ownEnds: stand.ownEnds, verdict });
  } finally {
    await connection.close();
    await closeDatabase(db);
  }
}

/** Everything is started again and left in peace; then the standing orders are cancelled. Returns unprotected entries. */
async function settle(scene: Scene, sources: BookSources): Promise<readonly string[]> {
  const { stand } = scene;
  say('the rounds are over: everything is started again and left in peace');
  for (const part of PARTS) await stand.kill(part);
  await Promise.all(PARTS.map((part) => stand.start(part)));
  const ticketIds = scene.done.tickets.map(({ ticketId }) => ticketId);
  const quiet = await untilPeace(sources, ticketIds, false);
  const unprotected = unprotectedEntries(await readLedger(stand), await readOrders(sources.db));
  await cancelStanding(scene, sources, say);
  const settled = await untilPeace(sources, ticketIds, true);
  if (!quiet || !settled) say('it did not become quiet in time');
  return unprotected;
}

/** What a worker prepares at its start, once, and the two accounts. */
async function prepareBooks(stand: Stand): Promise<readonly string[]> {
  const config = loadConfig(stand.env, ROOT);
  const service = await openService(config);
  try {
    await prepareService(config, service);
    const opened = [];
    for (const brokerAccount of BROKER_ACCOUNTS) {
      const account = { name: `crash-${brokerAccount}`, broker: 'ibkr', brokerAccount, priceSource: 'replay' } as const;
      const deposit = { initialBalanceUsd: OPENING_CASH_USD, openedOn: config.replayStart };
      opened.push(await service.services.accounts.open({ ...account, ...deposit, limits: LIMITS }, new Date()));
    }
    return opened.map(({ accountId }) => accountId);
  } finally {
    await service.close();
  }
}

async function basePrices(): Promise<BasePrices> {
  const replay = createReplayMarketData(join(ROOT, 'data'));
  const quotes = await Promise.all(SYMBOLS.map((symbol) => replay.quote(symbol, FIRST_DAY)));
  return Object.fromEntries(quotes.map(({ price }, index) => [SYMBOLS[index] ?? '', Number(price)]));
}

let isInterrupted = false;
await main().catch((error: unknown) => {
  // What fails because its servers were stopped is no news.
  if (isInterrupted) return;
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
