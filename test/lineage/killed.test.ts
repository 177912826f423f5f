import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import type { archiveHistories } from '../../workflows/archive-histories/workflow.ts';
import { type ResearchHarness, ROOT, startResearchHarness } from '../factories/research-harness.ts';
import { waitFor } from '../factories/wait-for.ts';
import { eventsOf } from '../factories/workflow-history.ts';

const EXECUTIONS = 120;

let harness: ResearchHarness;
const processes: ChildProcess[] = [];
beforeAll(async () => {
  harness = await startResearchHarness({ latencyMs: 0, worker: false });
  const workers = await harness.startWorkers();
  const refused = Array.from({ length: EXECUTIONS }, (_, index) =>
    harness.client.workflow
      .execute('planResearch', { workflowId: `refused/${index}`, taskQueue: 'folios', args: [{ dryRun: index }] })
      .catch(() => undefined),
  );
  await Promise.all(refused);
  await workers.stop();
  await waitFor('every execution is visible', async () => {
    const { count } = await harness.client.workflow.count(
      'WorkflowType = "planResearch" AND ExecutionStatus = "Failed"',
    );
    return count >= EXECUTIONS;
  });
}, 90_000);
afterAll(async () => {
  for (const one of processes) await kill(one);
  await harness?.close();
});

test('a worker killed in the middle of archiving is followed by one that archives the rest, each history once', async () => {
  const { client, services } = harness;
  const first = startWorker();
  const handle: WorkflowHandle<typeof archiveHistories> = await client.workflow.start('archiveHistories', {
    workflowId: 'archive-histories/killed',
    taskQueue: 'folios',
    args: [{ workflowType: 'planResearch' }],
  });
  const before = await untilSome(first);
  await kill(first);
  const atDeath = await archivedNow();
  expect(before).toBeGreaterThan(0);
  expect(atDeath.length).toBeLessThan(EXECUTIONS);

  startWorker();
  const done = await handle.result();
  expect(done.archived + done.skipped).toBe(EXECUTIONS);
  expect(done.skipped).toBeGreaterThanOrEqual(atDeath.length);
  const rows = await services.archive.recent({ workflowType: 'planResearch' }, EXECUTIONS * 2);
  expect(rows).toHaveLength(EXECUTIONS);
  for (const { artifact, state } of rows) {
    const bytes = await services.artifacts.get(artifact);
    expect([createHash('sha256').update(bytes).digest('hex'), state]).toEqual([artifact.sha256, 'failed']);
  }
  // However many histories there are and however often it was tried, its own stays as short.
  expect((await eventsOf(handle)).length).toBeLessThan(15);
}, 120_000);

function startWorker(): ChildProcess {
  const child = spawn(process.execPath, [join(ROOT, 'src/main/worker.ts')], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...harness.env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  processes.push(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

function archivedNow() {
  return harness.services.archive.recent({ workflowType: 'planResearch' }, EXECUTIONS);
}

/** How many are archived as soon as there are some. */
async function untilSome(worker: ChildProcess): Promise<number> {
  for (;;) {
    const { length } = await archivedNow();
    if (length > 0) return length;
    if (worker.exitCode !== null) throw new Error(`the worker ended with ${worker.exitCode}`);
    await sleep(5);
  }
}
