import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { taskIdOf } from '../../db/ids.ts';
import { WORKFLOW_TASK_QUEUE } from '../../src/contracts/task-queues.ts';
import { workflowIds } from '../../src/contracts/workflow-ids.ts';
import { ProviderMode } from '../../src/domain/research/provider.ts';
import type { researchRun } from '../../workflows/research-run/workflow.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import type { CrashCase } from './cases.ts';
import { FuseBox } from './crash-points.ts';
import { gather, type Subject } from './evidence.ts';
import { type Observed, violationsOf } from './verdict.ts';
import { WorkerProcess } from './worker-process.ts';

export interface CrashResult extends Observed {
  readonly row: CrashCase;
  readonly violations: readonly string[];
  /** From the kill, or from the start where nothing was killed, to the settled ticket. */
  readonly recoverySeconds: number;
}

/** A database, a namespace, emulators and a worker process of its own, in which rows run one after another. */
export interface Lane {
  run(row: CrashCase): Promise<CrashResult>;
  close(): Promise<void>;
}

const RUN_TIMEOUT_MS = 120_000;
/** A slow create takes effect after the worker died, and before the lost heartbeat lets anybody look for it. */
const SLOW_CREATE_MS = 2_000;

export async function openLane(workflowBundle: string): Promise<Lane> {
  // The latency of direct calls is the time in which a worker can be killed in the middle of one.
  const harness = await startResearchHarness({ worker: false, latencyMs: 300, directLatencyMs: 200 });
  const folder = await mkdtemp(join(tmpdir(), 'folios-crash-'));
  const home = join(folder, 'home');
  await mkdir(home);
  const fuses = new FuseBox(folder);
  const worker = new WorkerProcess([folder, workflowBundle], { ...harness.env, HOME: home });
  return {
    run: (row) => runRow({ harness, fuses, worker }, row),
    async close() {
      await worker.stop();
      await harness.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface LaneParts {
  readonly harness: ResearchHarness;
  readonly fuses: FuseBox;
  readonly worker: WorkerProcess;
}

async function runRow({ harness, fuses, worker }: LaneParts, row: CrashCase): Promise<CrashResult> {
  const subject = await prepare(harness, row);
  await worker.ready();
  const deathsBefore = worker.deaths.length;
  fuses.clear();
  fuses.setBlind(row.isBlind);
  if (row.fault) {
    const match = row.mode === ProviderMode.batch ? { match: subject.taskId.replaceAll('-', '') } : {};
    await harness.emulators.arm(row.provider, {
      on: 'create',
      fault: row.fault,
      ...(row.fault === 'slow' ? { delayMs: SLOW_CREATE_MS } : {}),
      ...(row.fault === '429' ? { retryAfterSeconds: 1 } : {}),
      ...match,
    });
  }
  if (row.kill) {
    const { requestGroupId, taskId } = subject;
    fuses.arm({ ...row.kill, subject: row.kill.activity === 'enqueueResearch' ? requestGroupId : taskId });
  }
  const startedMs = performance.now();
  const run = await outcomeOf(harness, subject);
  const endedMs = performance.now();
  await worker.ready().catch(() => undefined);
  await harness.emulators.disarm(row.provider);
  const deaths = worker.deaths.slice(deathsBefore);
  const evidence = await gather(harness, subject);
  const observed: Observed = { deaths, blown: fuses.blown(), run, evidence };
  const violations = violationsOf(row, observed);
  if (violations.length > 0 && worker.output() !== '') violations.push(`the worker printed: ${worker.output()}`);
  const recoverySeconds = (endedMs - (deaths[0]?.atMs ?? startedMs)) / 1000;
  return { row, ...observed, violations, recoverySeconds };
}

/** A strategy, and so an account and a prompt, of the row's own: nothing of another row is mistaken for its effect. */
async function prepare({ services }: ResearchHarness, row: CrashCase): Promise<Subject> {
  const requestGroupId = randomUUID();
  const pattern = await services.strategies.find('dreman-contrarian');
  const channel = pattern?.document.providers.find((one) => one.provider === row.provider);
  if (!pattern || !channel) throw new Error(`the strategy library asks no ${row.provider}`);
  const name = `Crash ${requestGroupId}`;
  const { record } = await services.strategies.save({
    ...pattern.document,
    slug: `crash-${requestGroupId}`,
    name,
    providers: [{ ...channel, mode: row.mode }],
  });
  return {
    row,
    strategyId: record.id,
    strategyName: name,
    requestGroupId,
    taskId: taskIdOf(requestGroupId, row.provider),
  };
}

async function outcomeOf({ client }: ResearchHarness, { strategyId, requestGroupId }: Subject): Promise<string> {
  const handle = await client.workflow.start<typeof researchRun>('researchRun', {
    workflowId: workflowIds.researchRun(requestGroupId),
    taskQueue: WORKFLOW_TASK_QUEUE,
    workflowExecutionTimeout: RUN_TIMEOUT_MS,
    args: [{ strategyId, requestGroupId }],
  });
  try {
    const { outcomes } = await handle.result();
    return outcomes.map(({ state, failure }) => (failure ? `${state}: ${failure.reason}` : state)).join(', ');
  } catch (error) {
    const { message, cause } = error as { message: string; cause?: Error };
    return cause ? `${message}: ${cause.message}` : message;
  }
}
