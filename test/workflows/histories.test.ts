import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { allIn, runIds, runToEnd, saveStrategy } from '../factories/research-runs.ts';
import { waitFor } from '../factories/wait-for.ts';
import { eventsOf, payloadsIn } from '../factories/workflow-history.ts';

const MAX_PAYLOAD_BYTES = 100_000;

let harness: ResearchHarness;
let longJob: SlowJob;
beforeAll(async () => {
  harness = await startResearchHarness({ latencyMs: 0, env: { FOLIOS_POLL_MAX_INTERVAL_MS: '100' } });
  longJob = await startSlowJob('gemini');
}, 60_000);
afterAll(() => harness?.close());

/** A job whose batch does not end before it is told to. */
interface SlowJob {
  readonly taskId: string;
  pollCount(): Promise<number>;
  /** The events of its whole history. */
  end(): Promise<number>;
}

async function startSlowJob(provider: 'openai' | 'gemini'): Promise<SlowJob> {
  const { services, emulators, folios } = harness;
  const strategyId = await saveStrategy(services, { providers: allIn('batch') });
  const ids = runIds();
  const { requestGroupId } = ids;
  const taskId = ids.taskId(provider);
  const pollCount = async () => (await services.research.findTask(taskId))?.pollCount ?? 0;
  await emulators.setLatency(provider, { latencyMs: 600_000 });
  const { handle } = await folios.startResearchRun({ strategyId, requestGroupId, providers: [provider] });
  await waitFor('the first poll', async () => (await pollCount()) > 0);
  await emulators.setLatency(provider, { latencyMs: 0 });
  return {
    taskId,
    pollCount,
    async end() {
      await emulators.setLatency(provider, { latencyMs: 0, openBatches: true });
      await handle.result();
      expect(await services.research.findTask(taskId)).toMatchObject({ state: 'succeeded' });
      return (await eventsOf(folios.providerJob(taskId))).length;
    },
  };
}

describe('histories', () => {
  test('carry no payload over 100 kB, whatever is asked and answered', async () => {
    const strategy = await saveStrategy(harness.services, { providers: allIn('batch') });
    const ids = runIds();
    await harness.emulators.arm('openai', { on: 'outcome', fault: 'huge', match: ids.key('openai') });
    await harness.emulators.arm('gemini', { on: 'outcome', fault: 'malformed', match: ids.key('gemini') });
    await runToEnd(harness, strategy, ids);
    const sizes: number[] = [];
    for await (const { workflowId, runId } of harness.client.workflow.list()) {
      const events = await eventsOf(harness.client.workflow.getHandle(workflowId, runId));
      sizes.push(...payloadsIn(events).map((payload) => payload.bytes));
    }
    expect(sizes.length).toBeGreaterThan(100);
    expect(Math.max(...sizes)).toBeLessThan(MAX_PAYLOAD_BYTES);
  });
});

describe('in the Web UI', () => {
  test('a run, its jobs and its tickets are found by search attributes and tell their state in words', async () => {
    const { client, folios, services } = harness;
    const strategy = await saveStrategy(services, { providers: allIn('batch') });
    const ids = runIds();
    await harness.emulators.arm('gemini', { on: 'outcome', fault: 'failed', match: ids.key('gemini') });
    const outcomes = await runToEnd(harness, strategy, ids);
    const strategyId = (await services.strategies.find(strategy))?.id ?? '';
    const [openai, gemini] = [ids.taskId('openai'), ids.taskId('gemini')];
    const accounts = await services.portfolio.listAccounts();
    const openaiAccount = accounts.find((one) => one.strategyId === strategyId && one.provider === 'openai');

    const run = await looks(client.workflow.getHandle(`research/${ids.requestGroupId}`));
    expect(run.attributes).toEqual({ FoliosKind: 'research', FoliosStrategyId: strategyId, FoliosState: 'failed' });
    expect(run.details).toContain('| gemini | failed | JOB_FAILED: The batch failed');
    expect(run.details).toContain(`| openai | executed | total $${outcomes.openai.totalUsd} | \`job/${openai}\` |`);

    const job = await looks(folios.providerJob(openai));
    const jobIs = { FoliosKind: 'research', FoliosStrategyId: strategyId };
    expect(job.attributes).toEqual({ ...jobIs, FoliosProvider: 'openai' });
    expect(job.details).toMatch(
      /\*\*succeeded\*\*: recommendations are stored\n.*simulated.*provider says `completed`/s,
    );
    expect(job.summaries).toContain('submit to openai (batch, simulated)');
    expect(job.summaries.every((one) => one !== '')).toBe(true);
    const broken = await looks(folios.providerJob(gemini));
    expect(broken.attributes).toEqual({ ...jobIs, FoliosProvider: 'gemini' });
    expect(broken.details).toContain('- **JOB_FAILED**: The batch failed: an internal error has occurred.');

    const ticket = await looks(client.workflow.getHandle(`ticket/${openai}`));
    expect(ticket.attributes).toEqual({
      ...jobIs,
      FoliosProvider: 'openai',
      FoliosAccountId: openaiAccount?.accountId,
    });
    expect(ticket.details).toMatch(/^\*\*settled\*\*: \d+ filled, \d+ denied; cash \$/);
  });
});

test('a provider job has the same number of events after 5 and after 20 polls, at most 30', async () => {
  const shortJob = await startSlowJob('openai');
  await waitFor('5 polls', async () => (await shortJob.pollCount()) >= 5);
  const few = await shortJob.end();
  await waitFor('20 polls', async () => (await longJob.pollCount()) >= 20);
  const many = await longJob.end();
  expect(await longJob.pollCount()).toBeGreaterThan((await shortJob.pollCount()) + 10);
  expect(many).toBe(few);
  expect(few).toBeLessThanOrEqual(30);
});

/** What the Web UI shows of a workflow: search attributes, current details, and the summary of each of its activities. */
async function looks(handle: ReturnType<ResearchHarness['client']['workflow']['getHandle']>) {
  const { typedSearchAttributes } = await handle.describe();
  const ours = typedSearchAttributes.getAll().filter(({ key }) => key.name.startsWith('Folios'));
  const attributes = Object.fromEntries(ours.map(({ key, value }) => [key.name, value]));
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  const summaries = (await eventsOf(handle))
    .filter((event) => event.activityTaskScheduledEventAttributes)
    .map((event) => payloadsIn(event.userMetadata).map((payload) => JSON.parse(payload.text) as string)[0] ?? '');
  return { attributes, details: metadata.currentDetails ?? '', summaries };
}
