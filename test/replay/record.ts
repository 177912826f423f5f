import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { dec } from '../../src/domain/money/decimal.ts';
import type { OrderSpec } from '../../src/domain/orders/order.ts';
import type { TicketSpec } from '../../src/domain/orders/ticket.ts';
import type { ProviderName } from '../../src/domain/research/provider.ts';
import { jobQuery } from '../../workflows/provider-job/messages.ts';
import { type OrderHarness, startOrderHarness } from '../factories/order-harness.ts';
import type { ResearchHarness } from '../factories/research-harness.ts';
import { allIn, type RunIds, runIds, saveStrategy } from '../factories/research-runs.ts';
import { startTwsStand } from '../factories/tws-stand.ts';
import { waitFor } from '../factories/wait-for.ts';
import { startServers, stopServers } from '../servers.ts';
import { toPortableJson } from './portable-history.ts';
import { ALERT_ENVIRONMENT, recordAlerts } from './record-alerts.ts';

/**
 * `node test/replay/record.ts` records a history of each workflow and of each way that a provider job can go, for the
 * replay test. A replay that fails says that a deploy would break the workflows that are running then: such a change goes
 * behind `patched()`, and the old recordings stay. Only while nobody runs folios are they recorded anew.
 */
const DIRECTORY = join(import.meta.dirname, 'histories');
const UNIVERSE = ['KO', 'PG', 'JNJ', 'XOM'];
const BROKER_ACCOUNT = 'DU1000001';

const ownServers = process.env.FOLIOS_TEST_TEMPORAL_ADDRESS === undefined;
if (ownServers) await startServers();
const tws = await startTwsStand([BROKER_ACCOUNT]);
const harness = await startOrderHarness(
  { FOLIOS_TWS_EMULATOR_PORT: String(tws.port), ...ALERT_ENVIRONMENT },
  { latencyMs: 0, directLatencyMs: 0 },
);
try {
  await mkdir(DIRECTORY, { recursive: true });
  for (const old of await readdir(DIRECTORY)) await rm(join(DIRECTORY, old));
  for (const { id } of await harness.services.strategies.list()) await harness.services.strategies.setActive(id, false);
  await recordLifecycle(harness);
  await recordJobs(harness);
  await recordTickets(harness);
  await recordAlerts(harness, keep);
} finally {
  await harness.close();
  await tws.close();
  if (ownServers) await stopServers();
}

async function keep(name: string, handle: Pick<WorkflowHandle, 'fetchHistory'>): Promise<void> {
  const text = toPortableJson(await handle.fetchHistory());
  await writeFile(join(DIRECTORY, `${name}.json`), text);
  process.stdout.write(`${name}: ${text.length} bytes\n`);
}

/** From the plan to the snapshot, as they go by themselves. */
async function recordLifecycle({ client, services, folios }: ResearchHarness): Promise<void> {
  await saveStrategy(services, { universe: UNIVERSE, providers: allIn('batch'), active: true });
  const plan = await folios.planResearch({}, 'recorded');
  const group = plan.stale[0]?.requestGroupId ?? '';
  await folios.researchRun(group).result();
  const ids = runIds(group);
  await keep('planResearch', client.workflow.getHandle('plan-research/recorded'));
  await keep('researchRun', folios.researchRun(group));
  await keep('providerJob', folios.providerJob(ids.taskId('openai')));
  await keep('executeTicket', client.workflow.getHandle(`ticket/${ids.taskId('openai')}`));

  await services.marketClockRepository.advance('2021-03-01');
  const snapshot = await folios.startSnapshot({}, '2021-03-01');
  await snapshot.result();
  await keep('snapshotPortfolios', snapshot);

  const archive = await client.workflow.start('archiveHistories', {
    ...{ workflowId: 'archive-histories/recorded', taskQueue: 'folios', args: [{ workflowType: 'planResearch' }] },
  });
  await archive.result();
  await keep('archiveHistories', archive);

  const strategy = await services.strategies.find(
    await saveStrategy(services, { providers: allIn('direct'), active: true }),
  );
  // The ids of firings end with the time they were scheduled for: a Friday, and the holiday before it.
  for (const [name, scheduledAt] of [
    ['scheduledRun', '2026-11-27T11:00:00Z'],
    ['scheduledRun.skipped', '2026-11-26T11:00:00Z'],
  ] as const) {
    const options = { workflowId: `scheduled/${strategy?.id}-${scheduledAt}`, taskQueue: 'folios' };
    const firing = await client.workflow.start('scheduledRun', { ...options, args: [{ strategyId: strategy?.id }] });
    await firing.result();
    await keep(name, firing);
  }

  await keep('researchRun.failed', await refused('researchRun', {}));
  await keep('providerJob.refused', await refused('providerJob', { taskId: randomUUID() }));
}

async function refused(type: string, input: unknown): Promise<WorkflowHandle> {
  const options = { workflowId: randomUUID(), taskQueue: 'folios', args: [input] };
  const handle = await harness.client.workflow.start(type, options);
  await handle.result().catch(() => undefined);
  return handle;
}

/** A provider job as it goes with people, faults and providers in between. */
async function recordJobs({ folios, emulators }: ResearchHarness): Promise<void> {
  await recordJob('direct', 'anthropic', { mode: 'direct' });
  await recordJob('malformed-then-repaired', 'gemini', {
    before: (ids) => emulators.arm('gemini', { on: 'outcome', fault: 'malformed', match: ids.key('gemini') }),
  });
  await recordJob('reconciled', 'openai', {
    before: (ids) => emulators.arm('openai', { on: 'create', fault: 'reset_after', match: ids.key('openai') }),
  });
  await recordJob('rate-limited', 'gemini', {
    before: (ids) =>
      emulators.arm('gemini', { on: 'create', fault: '429', retryAfterSeconds: 1, match: ids.key('gemini') }),
  });
  await recordJob('failed', 'anthropic', {
    before: (ids) => emulators.arm('anthropic', { on: 'outcome', fault: 'expired', match: ids.key('anthropic') }),
  });
  await recordJob('held', 'openai', {
    hold: true,
    during: async (taskId) => {
      await waitFor('the hold', async () => (await viewOf(taskId))?.step.includes('`submit`'));
      await folios.submitJob(taskId);
      await folios.pollJob(taskId);
      await folios.harvestJob(taskId);
    },
  });
  await emulators.setLatency('anthropic', { latencyMs: 600_000 });
  await recordJob('cancelled', 'anthropic', {
    during: async (taskId) => {
      await waitFor('the batch', async () => (await viewOf(taskId))?.state === 'awaiting_results');
      await folios.pollJob(taskId);
      await folios.cancelJob(taskId, 'no longer wanted');
    },
  });
}

async function recordJob(
  name: string,
  provider: ProviderName,
  way: {
    mode?: 'batch' | 'direct';
    hold?: boolean;
    before?: (ids: RunIds) => Promise<void>;
    during?: (taskId: string) => Promise<void>;
  },
): Promise<void> {
  const strategyId = await saveStrategy(harness.services, {
    universe: UNIVERSE,
    providers: allIn(way.mode ?? 'batch'),
  });
  const ids = runIds();
  const taskId = ids.taskId(provider);
  await way.before?.(ids);
  const { requestGroupId } = ids;
  const { handle } = await harness.folios.startResearchRun({
    strategyId,
    requestGroupId,
    providers: [provider],
    hold: way.hold ?? false,
  });
  await way.during?.(taskId);
  await handle.result().catch(() => undefined);
  await keep(`providerJob.${name}`, harness.folios.providerJob(taskId));
}

function viewOf(taskId: string) {
  return harness.folios
    .providerJob(taskId)
    .query(jobQuery)
    .catch(() => null);
}

/** Written tickets as they go by themselves, with a lost answer, with people, and up to the gate. */
async function recordTickets({ folios, services, openAccount }: OrderHarness): Promise<void> {
  const { accountId } = await openAccount({ brokerAccount: BROKER_ACCOUNT });
  await waitFor('the books are opened', async () => (await services.portfolio.balances(accountId)).size > 0);
  const order = (quantity: string, more: Partial<OrderSpec> = {}): OrderSpec => ({
    tradable: { kind: 'stock', symbol: 'KO' },
    ...{ side: 'BUY', quantity, type: 'MARKET', timeInForce: 'DAY' },
    ...more,
  });
  const record = async (
    name: string,
    ticket: TicketSpec,
    during: (ticketId: string) => Promise<void> = async () => {},
  ) => {
    const ticketId = randomUUID();
    const handle = await folios.startTicket({ ticketId, accountId, ticket });
    await during(ticketId);
    await handle.result();
    await keep(`executeTicket.${name}`, handle);
  };
  const untilAccepted = (ticketId: string, n: number) =>
    waitFor('the order works', async () =>
      (await folios.ticketView(ticketId)).orders.some(
        ({ orderRef, state }) => orderRef === `${ticketId}/${n}` && state === 'ACCEPTED',
      ),
    );

  await record('order', { kind: 'single', order: order('1') });
  await tws.control('faults', { fault: 'disconnect_before', on: 'placeOrder' });
  await record('in-doubt', { kind: 'single', order: order('2') });
  await record('denied', { kind: 'single', order: order('100000000') });
  await record(
    'bracket-cancelled',
    {
      kind: 'bracket',
      entry: order('3'),
      takeProfit: { limitPrice: '70', timeInForce: 'GTC' },
      stopLoss: { type: 'STOP', stopPrice: '40', timeInForce: 'GTC' },
    },
    async (ticketId) => {
      await untilAccepted(ticketId, 3);
      await folios.modifyOrder(ticketId, { orderRef: `${ticketId}/3`, stopPrice: '41', by: 'ada' });
      await folios.cancelOrders(ticketId, { orderRefs: null, reason: 'closed for the night', by: 'ada' });
    },
  );
  const { price } = await services.marketData.source('replay').quote('KO', await services.marketClock.today('replay'));
  const above = (dollars: string) => dec(price).plus(dollars).toFixed(2);
  await tws.control('price', { symbol: 'KO', bid: above('5'), ask: above('5.02'), last: above('5') });
  await record('walked', {
    kind: 'single',
    order: order('4', { type: 'LIMIT' }),
    pricing: { start: 'mid', step: '0.1', everySeconds: 1, limit: above('0.1'), atLimit: 'cancel' },
  });
  const turned = await harness.client.workflow.signalWithStart('tradingMode', {
    ...{ workflowId: 'trading-mode', taskQueue: 'folios', signal: 'pause', signalArgs: [{ reason: 'recorded' }] },
  });
  await turned.signal('resume', {});
  await turned.result();
  await keep('tradingMode', turned);
  await folios.reconcileBroker({}, 'recorded');
  await keep('reconcileBroker', harness.client.workflow.getHandle('reconcile/recorded'));
}
