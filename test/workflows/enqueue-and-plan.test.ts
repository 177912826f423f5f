import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WORKFLOW_TASK_QUEUE } from '../../src/contracts/task-queues.ts';
import { workflowIds } from '../../src/contracts/workflow-ids.ts';
import { PROVIDER_NAMES } from '../../src/domain/research/provider.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { allIn, runIds, runToEnd, saveStrategy } from '../factories/research-runs.ts';

let harness: ResearchHarness;
beforeAll(async () => {
  harness = await startResearchHarness({ latencyMs: 0, directLatencyMs: 0 });
  for (const { id } of await harness.services.strategies.list()) await harness.services.strategies.setActive(id, false);
}, 60_000);
afterAll(() => harness?.close());

const tasksOf = (strategyId: string) => harness.services.research.listTasks({ strategyId });
const enqueuedOf = (run: { tasks: readonly { enqueued: boolean }[] }) => run.tasks.map((task) => task.enqueued);
const all = PROVIDER_NAMES.map(() => true);
const none = PROVIDER_NAMES.map(() => false);

describe('enqueuing', () => {
  test('again while the answers are fresh makes nothing new and shows the rows that are there; force makes new ones', async () => {
    const strategyId = await saveStrategy(harness.services, { providers: allIn('batch') });
    const first = await harness.folios.startResearchRun({ strategyId, requestGroupId: randomUUID() });
    expect(enqueuedOf(first.run)).toEqual(all);

    const second = await harness.folios.startResearchRun({ strategyId, requestGroupId: randomUUID() });
    expect(enqueuedOf(second.run)).toEqual(none);
    expect(second.run.tasks.map((task) => task.taskId)).toEqual(first.run.tasks.map((task) => task.taskId));
    expect((await second.handle.result()).outcomes).toEqual([]);
    expect((await first.handle.result()).outcomes.map((one) => one.state)).toEqual(all.map(() => 'executed'));
    expect(await tasksOf(first.run.strategyId)).toHaveLength(PROVIDER_NAMES.length);

    const forced = await harness.folios.startResearchRun({ strategyId, requestGroupId: randomUUID(), force: true });
    expect(enqueuedOf(forced.run)).toEqual(all);
    await forced.handle.result();
    expect(await tasksOf(first.run.strategyId)).toHaveLength(2 * PROVIDER_NAMES.length);
  });

  test('twice at the same moment makes one task per provider', async () => {
    const strategyId = await saveStrategy(harness.services, { providers: allIn('batch') });
    const start = () => harness.folios.startResearchRun({ strategyId, requestGroupId: randomUUID() });
    const [one, other] = await Promise.all([start(), start()]);
    expect([enqueuedOf(one.run), enqueuedOf(other.run)].sort()).toEqual([none, all]);
    await Promise.all([one.handle.result(), other.handle.result()]);
    expect(await tasksOf(one.run.strategyId)).toHaveLength(PROVIDER_NAMES.length);
  });

  test('the same group again, while it runs or after its end, repeats nothing and fails nothing', async () => {
    const strategyId = await saveStrategy(harness.services, { providers: allIn('batch') });
    const ids = runIds();
    const input = { strategyId, requestGroupId: ids.requestGroupId };
    const [one, joined] = await Promise.all([
      harness.folios.startResearchRun(input),
      harness.folios.startResearchRun(input),
    ]);
    expect(joined.run).toEqual(one.run);
    await one.handle.result();

    const { run, handle } = await harness.folios.startResearchRun(input);
    expect(run.tasks.map((task) => task.taskId)).toEqual(one.run.tasks.map((task) => task.taskId));
    expect((await handle.result()).outcomes).toEqual([]);
    const { batches } = await harness.emulators.state('openai');
    expect(batches.filter((batch) => batch.customIds[0]?.startsWith(ids.everyRound('openai')))).toHaveLength(1);
  });
});

describe('planning', () => {
  test('starts a run of each stale active strategy, of nothing else, and nothing on a dry run', async () => {
    const { folios, services } = harness;
    const stale = await saveStrategy(services, { providers: allIn('batch'), active: true });
    await saveStrategy(services, { providers: allIn('batch'), active: false });
    const fresh = await saveStrategy(services, { providers: allIn('batch'), active: true });
    await runToEnd(harness, fresh);

    const dry = await folios.planResearch({ dryRun: true }, randomUUID());
    expect(dry.stale.map((one) => [one.slug, one.providers, one.lastSubmittedAt])).toEqual([
      [stale, PROVIDER_NAMES, null],
    ]);
    expect(await tasksOf(dry.stale[0]?.strategyId ?? '')).toEqual([]);

    const plan = await folios.planResearch({}, randomUUID());
    expect(plan.stale.map((one) => one.slug)).toEqual([stale]);
    const group = plan.stale[0]?.requestGroupId ?? '';
    expect((await folios.researchRun(group).result()).outcomes.map((one) => one.state)).toEqual(
      all.map(() => 'executed'),
    );
    expect((await folios.planResearch({}, randomUUID())).stale).toEqual([]);
  });

  test('asks again only the providers whose task failed', async () => {
    const { folios, services, emulators } = harness;
    const slug = await saveStrategy(services, { providers: allIn('batch'), active: true });
    const ids = runIds();
    await emulators.arm('gemini', { on: 'outcome', fault: 'failed', match: ids.key('gemini') });
    await runToEnd(harness, slug, ids);
    const { stale } = await folios.planResearch({ dryRun: true }, randomUUID());
    expect(stale.map((one) => [one.slug, one.providers])).toEqual([[slug, ['gemini']]]);
  });
});

describe('a run beside another owner of its work', () => {
  test('leaves to its owner a ticket that somebody else has started, and finishes the other providers', async () => {
    const strategyId = await saveStrategy(harness.services, { providers: allIn('batch') });
    const ids = runIds();
    const ticketId = ids.taskId('openai');
    // A ticket of the same id that stands still, since no worker serves its queue.
    const other = await harness.client.workflow.start('executeTicket', {
      workflowId: workflowIds.executeTicket(ticketId),
      taskQueue: `${WORKFLOW_TASK_QUEUE}-nobody`,
      args: [{ ticketId, taskId: ticketId }],
    });
    const outcomes = await runToEnd(harness, strategyId, ids);
    await other.terminate();
    expect(outcomes.openai).toMatchObject({ state: 'succeeded', failure: null, totalUsd: null });
    expect(outcomes.gemini).toMatchObject({ state: 'executed' });
    expect(outcomes.anthropic).toMatchObject({ state: 'executed' });
  });

  test('reports a job that another run owns as failed here', async () => {
    const strategyId = await saveStrategy(harness.services, { providers: allIn('batch') });
    const ids = runIds();
    const other = await harness.client.workflow.start('providerJob', {
      workflowId: workflowIds.providerJob(ids.taskId('openai')),
      taskQueue: `${WORKFLOW_TASK_QUEUE}-nobody`,
      args: [{ taskId: ids.taskId('openai') }],
    });
    const outcomes = await runToEnd(harness, strategyId, ids);
    await other.terminate();
    expect(outcomes.openai).toMatchObject({ state: 'failed', failure: { code: 'TASK_STATE_CONFLICT' } });
    expect(outcomes.gemini).toMatchObject({ state: 'executed' });
  });
});
