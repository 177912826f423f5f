import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { ProviderName } from '../../src/domain/research/provider.ts';
import { jobQuery } from '../../workflows/provider-job/messages.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { allIn, type RunIds, runIds, saveStrategy } from '../factories/research-runs.ts';
import { waitFor } from '../factories/wait-for.ts';
import { startServers, stopServers } from '../servers.ts';
import { toPortableJson } from './portable-history.ts';

/**
 * `node test/replay/record.ts` records a history of each workflow and of each way that a provider job can go, for the
 * replay test. A replay that fails says that a deploy would break the workflows that are running then: such a change goes
 * behind `patched()`, and the old recordings stay. Only while nobody runs folios are they recorded anew.
 */
const DIRECTORY = join(import.meta.dirname, 'histories');
const UNIVERSE = ['KO', 'PG', 'JNJ', 'XOM'];

const ownServers = process.env.FOLIOS_TEST_TEMPORAL_ADDRESS === undefined;
if (ownServers) await startServers();
const harness = await startResearchHarness({ latencyMs: 0, directLatencyMs: 0 });
try {
  await mkdir(DIRECTORY, { recursive: true });
  for (const old of await readdir(DIRECTORY)) await rm(join(DIRECTORY, old));
  for (const { id } of await harness.services.strategies.list()) await harness.services.strategies.setActive(id, false);
  await recordLifecycle(harness);
  await recordJobs(harness);
} finally {
  await harness.close();
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
