import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from '@temporalio/client';
import { runCommand } from '../../src/cli/testing/run-command.ts';
import type { Lineage, LineageStep } from '../../src/domain/lineage/lineage.ts';
import { cliContext } from '../../src/main/cli-context.ts';
import { createLineage } from '../../src/main/lineage.ts';
import type { LineageReader } from '../../src/ports/lineage.ts';
import type { ArchivedHistories } from '../../workflows/archive-histories/messages.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { allIn, type RunIds, runIds, runToEnd, saveStrategy } from '../factories/research-runs.ts';
import { waitFor } from '../factories/wait-for.ts';

/** A run of which one provider failed and one asked twice, as it was read live; Temporal has forgotten it since. */
interface Forgotten {
  readonly harness: ResearchHarness;
  readonly lineage: LineageReader;
  readonly ids: RunIds;
  readonly root: string;
  readonly strategy: string;
  readonly live: Lineage;
  readonly liveSteps: readonly LineageStep[] | null;
  readonly passes: readonly ArchivedHistories[];
  /** What the command line exported while Temporal had the histories. */
  readonly bundle: string;
}

const ENCRYPTED = { FOLIOS_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64') };
const NAME = 'Quiet Method';
const runs = new Map<string, Forgotten>();
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folios-lineage-'));
  // Both at once: the server takes half a minute to forget.
  const [readable, encrypted] = await Promise.all([forgottenRun({}, 'readable'), forgottenRun(ENCRYPTED, 'encrypted')]);
  runs.set('readable', readable).set('encrypted', encrypted);
}, 180_000);
afterAll(async () => {
  for (const { harness } of runs.values()) await harness.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each(['readable', 'encrypted'])('%s histories', (what) => {
  const run = () => runs.get(what) as Forgotten;

  test('give the same lineage byte for byte after Temporal has forgotten them', async () => {
    const { lineage, root, live, liveSteps, ids, harness } = run();
    const { workflow } = harness.client;
    await expect(workflow.getHandle(root).describe()).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
    expect(JSON.stringify(await lineage.read(root, null))).toBe(JSON.stringify(live));
    const named = live.executions[0]?.runIds[0] ?? '';
    expect(JSON.stringify(await lineage.read(root, named))).toBe(JSON.stringify(live));
    const steps = await lineage.steps(`job/${ids.taskId('gemini')}`, null, 'harvestJob');
    expect(JSON.stringify(steps)).toBe(JSON.stringify(liveSteps));
  });

  test('tell every job and ticket with its steps, files, cost and failure', () => {
    const { live, ids, root } = run();
    const failed = live.executions.find(({ workflowId }) => workflowId === `job/${ids.taskId('openai')}`);
    expect(live).toMatchObject({ workflowId: root, closed: true, missing: [], totals: { executions: 6 } });
    expect(live.executions.map(({ workflowType }) => workflowType)).toEqual([
      'researchRun',
      ...Array.from({ length: 3 }, () => 'providerJob'),
      ...Array.from({ length: 2 }, () => 'executeTicket'),
    ]);
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'JOB_FAILED' } });
    const asked = live.executions.find(({ workflowId }) => workflowId === `job/${ids.taskId('gemini')}`);
    expect(asked?.calls).toHaveLength(2);
    expect(asked?.artifacts.length).toBeGreaterThan(3);
    expect(asked?.steps.flatMap(({ artifacts }) => artifacts).length).toBe(asked?.artifacts.length);
    expect(Number(live.totals.costUsd)).toBeGreaterThan(0);
    expect(JSON.stringify(live)).toContain(NAME);
    expect(JSON.stringify(live)).not.toContain('"unreadable"');
  });

  test('belong to the strategy, and a ticket to its account besides; what the service does by itself to nobody', async () => {
    const { lineage, strategy, root, ids, harness } = run();
    const strategyId = (await harness.services.strategies.find(strategy))?.id ?? '';
    const account = await harness.services.portfolio.findAccountOf(strategyId, 'gemini');
    const nobody = { strategyId: null, accountId: null };
    const task = ids.taskId('gemini');
    for (const id of [root, `job/${task}`, `scheduled/${strategyId}`, `scheduled/${strategyId}-2026-11-22T10:00:00Z`]) {
      expect([id, await lineage.ownerOf(id)]).toEqual([id, { strategyId, accountId: null }]);
    }
    expect(await lineage.ownerOf(`ticket/${task}`)).toEqual({ strategyId, accountId: account?.accountId });
    expect(await lineage.ownerOf(`ticket/${ids.taskId('openai')}`)).toEqual({ strategyId, accountId: null });
    for (const id of [
      'plan-research/x',
      'archive-histories/first',
      `job/${ids.requestGroupId}`,
      'job/1',
      "job/'",
      '',
    ]) {
      expect([id, await lineage.ownerOf(id)]).toEqual([id, nobody]);
    }
  });

  test('are archived once, and a later pass finds them there', () => {
    const [first, again] = run().passes;
    expect(first?.archived).toBeGreaterThanOrEqual(6);
    expect(again).toMatchObject({ gone: 0, skipped: first?.archived });
  });

  test('are listed with their strategy and counted in statistics from the archive', async () => {
    const { lineage, strategy, root, harness } = run();
    const strategyId = (await harness.services.strategies.find(strategy))?.id ?? '';
    const listed = await lineage.recent({ strategyId }, 50);
    expect(listed).toHaveLength(6);
    expect(listed.at(-1)?.workflowId).toBe(root);
    expect(await lineage.recent({ strategyId, workflowType: 'providerJob' }, 2)).toHaveLength(2);
    const found = await lineage.statistics('harvestJob', 50, { strategyIds: [strategyId], accountIds: [] });
    expect(found).toMatchObject({ name: 'harvestJob', executions: 6, open: 0 });
    expect(found.count).toBeGreaterThanOrEqual(3);
    const nothing = { strategyIds: [], accountIds: [] };
    expect(await lineage.statistics('harvestJob', 50, nothing)).toMatchObject({ executions: 0, count: 0 });
    const account = await harness.services.portfolio.findAccountOf(strategyId, 'gemini');
    const ofAccount = { strategyIds: [], accountIds: [account?.accountId ?? ''] };
    expect(await lineage.statistics('settleTicket', 50, ofAccount)).toMatchObject({ executions: 1, completed: 1 });
  });

  test('are shown as a tree by the command line, by the id of the run and by the beginning of a task’s', async () => {
    const { harness, root, ids } = run();
    const context = cliContext(harness.config, harness.services, harness);
    const { stdout, exitCode } = await runCommand(['lineage', ids.requestGroupId], context);
    expect([exitCode, stdout.split('\n')[0]]).toEqual([0, expect.stringContaining(root)]);
    expect(stdout).toMatch(/✗ providerJob \(child\) → job\/[^\n]*\n[^\n]*JOB_FAILED/);
    expect(stdout).toMatch(/models cost \$0\.\d{4} in all/);
    const task = await runCommand(['lineage', ids.taskId('gemini').slice(0, 13), '--json'], context);
    expect(JSON.parse(task.stdout).lineage.workflowId).toBe(`job/${ids.taskId('gemini')}`);
    const lost = await runCommand(['lineage', 'job/nothing'], context);
    expect([lost.exitCode, lost.stderr]).toEqual([1, expect.stringContaining('RESOURCE_NOT_FOUND')]);
  });

  test('make the same bundle from the archive as from Temporal, which verifies alone', async () => {
    const { harness, ids, bundle } = run();
    const context = cliContext(harness.config, harness.services, harness);
    const path = join(folder, `${what}-later.folios`);
    const exported = await runCommand(['lineage', ids.requestGroupId, '--export', path], context);
    expect(exported).toMatchObject({ exitCode: 0 });
    const bytes = await readFile(path);
    expect(bytes.equals(await readFile(bundle))).toBe(true);
    const again = await runCommand(['lineage', ids.requestGroupId, '--export', path], context);
    expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('there is a file of this name')]);

    const whole = await runCommand(['lineage', 'verify', path], context);
    expect(whole).toMatchObject({ exitCode: 0, connected: false });
    const rootHash = /root ([0-9a-f]{64})/.exec(exported.stdout)?.[1] ?? '';
    expect(whole.stdout).toContain(rootHash);
    expect((await runCommand(['lineage', 'verify', path, '--root', rootHash], context)).exitCode).toBe(0);
    expect((await runCommand(['lineage', 'verify', path, '--root', '0'.repeat(64)], context)).exitCode).toBe(1);

    for (let at = 5; at < bytes.length; at += Math.ceil(bytes.length / 40)) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x10, at);
      await writeFile(`${path}.changed`, changed);
      const found = await runCommand(['lineage', 'verify', `${path}.changed`, '--json'], context);
      const { error } = JSON.parse(found.stderr) as { error: object };
      expect(error).toMatchObject({ code: 'BUNDLE_CHANGED', details: { offset: at, until: at + 1 } });
    }
  });
});

test('an encrypted history stays encrypted in the archive, and without its key nothing of it is readable', async () => {
  const { harness, root } = runs.get('encrypted') as Forgotten;
  const { services, client, namespace } = harness;
  const kept = await services.archive.find(root, null);
  if (kept === null) throw new Error('the run is not archived');
  const text = gunzipSync(await services.artifacts.get(kept.artifact)).toString();
  expect(text).toContain('WORKFLOW_EXECUTION_STARTED');
  expect(Buffer.from(text.match(/"data":"[^"]+"/g)?.join('') ?? '', 'base64').toString()).not.toContain(NAME);
  const keyless = createLineage(
    services.db,
    services.artifacts,
    new Client({ connection: client.connection, namespace }),
  );
  const seen = JSON.stringify((await keyless.read(root, null))?.executions[0]);
  expect(seen).toContain('"unreadable"');
  expect(seen).not.toContain(NAME);
});

test('what neither Temporal nor the archive has is null', async () => {
  const { lineage } = runs.get('readable') as Forgotten;
  expect(await lineage.read('research/nothing', null)).toBeNull();
  expect(await lineage.read('research/nothing', 'not a run id')).toBeNull();
  expect(await lineage.steps('', null, 'x')).toBeNull();
});

async function forgottenRun(env: Record<string, string>, what: string): Promise<Forgotten> {
  const harness = await startResearchHarness({ latencyMs: 0, env });
  const { services, client, emulators } = harness;
  const lineage = createLineage(services.db, services.artifacts, client);
  const strategy = await saveStrategy(services, { name: NAME, providers: allIn('batch') });
  const ids = runIds();
  await emulators.arm('openai', { on: 'outcome', fault: 'failed', match: ids.key('openai') });
  await emulators.arm('gemini', { on: 'outcome', fault: 'malformed', match: ids.key('gemini') });
  await runToEnd(harness, strategy, ids);
  const root = `research/${ids.requestGroupId}`;
  const live = await waitFor('the run is over', async () => {
    const found = await lineage.read(root, null);
    return found?.closed ? found : null;
  });
  const liveSteps = await lineage.steps(`job/${ids.taskId('gemini')}`, null, 'harvestJob');
  const bundle = join(folder, `${what}.folios`);
  const context = cliContext(harness.config, services, harness);
  expect(await runCommand(['lineage', root, '--export', bundle], context)).toMatchObject({ exitCode: 0 });
  await waitFor('everything is listed as closed', async () => {
    const { count } = await client.workflow.count('ExecutionStatus != "Running"');
    return count >= live.executions.length;
  });
  const passes = [await archive(harness, 'first'), await archive(harness, 'again')];
  await forget(harness, live);
  return { harness, lineage, ids, root, strategy, live, liveSteps, passes, bundle };
}

function archive({ client }: ResearchHarness, time: string): Promise<ArchivedHistories> {
  const workflowId = `archive-histories/${time}`;
  return client.workflow.execute('archiveHistories', { workflowId, taskQueue: 'folios', args: [{}] });
}

/** The server deletes when it has saved its queue of tasks, which it does every half minute. */
async function forget({ client, namespace }: ResearchHarness, { executions }: Lineage): Promise<void> {
  for (const { workflowId } of executions) {
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } });
  }
  const deadline = performance.now() + 120_000;
  for (const { workflowId } of executions) {
    while (await isKnown(client, workflowId)) {
      if (performance.now() > deadline) throw new Error(`Temporal still knows ${workflowId}`);
      await sleep(200);
    }
  }
}

function isKnown(client: Client, workflowId: string): Promise<boolean> {
  return client.workflow
    .getHandle(workflowId)
    .describe()
    .then(
      () => true,
      () => false,
    );
}
