import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { taskIdOf } from '../../db/ids.ts';
import { WORKFLOW_TASK_QUEUE } from '../../src/contracts/task-queues.ts';
import { workflowIds } from '../../src/contracts/workflow-ids.ts';
import { jobQuery } from '../../workflows/provider-job/messages.ts';
import type { researchRun } from '../../workflows/research-run/workflow.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { waitFor } from '../factories/wait-for.ts';
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
  /** The end of what the lane's worker processes printed. */
  readonly workerOutput: string;
}

/** A database, a namespace, emulators and a worker process of its own, in which rows run one after another. */
export interface Lane {
  run(row: CrashCase): Promise<CrashResult>;
  close(): Promise<void>;
}

const RUN_TIMEOUT_MS = 180_000;
const BATCH_LATENCY_MS = 300;
/** A person needs a batch that works for a while; one that is cancelled would work for longer than the row takes. */
const PERSON_LATENCY_MS = { poll: 8_000, cancel: 600_000 } as const;

export async function openLane(workflowBundle: string): Promise<Lane> {
  // The latency of direct calls is the time in which a worker can be killed in the middle of one.
  const harness = await startResearchHarness({ worker: false, latencyMs: BATCH_LATENCY_MS, directLatencyMs: 500 });
  const folder = await mkdtemp(join(tmpdir(), 'folios-crash-'));
  const home = join(folder, 'home');
  await mkdir(home);
  const fuses = new FuseBox(folder);
  // The mark by which `npm test` finds processes that outlive it.
  const runId = process.env.FOLIOS_TEST_RUN_ID;
  const worker = new WorkerProcess([folder, workflowBundle], {
    ...harness.env,
    ...(runId ? { FOLIOS_TEST_RUN_ID: runId } : {}),
    HOME: home,
    NODE_COMPILE_CACHE: join(dirname(workflowBundle), 'compiled'),
  });
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
  await arm({ harness, fuses, worker }, subject);
  const startedMs = performance.now();
  const [outcome, refusal] = await Promise.all([outcomeOf(harness, subject), act(harness, subject).catch(messageOf)]);
  const run = refusal ? `${outcome}; the person was refused: ${refusal}` : outcome;
  const endedMs = performance.now();
  await worker.ready().catch(() => undefined);
  await harness.emulators.disarm(row.provider);
  await harness.emulators.setLatency(row.provider, { latencyMs: BATCH_LATENCY_MS });
  const deaths = worker.deaths.slice(deathsBefore);
  const evidence = await gather(harness, subject);
  const observed: Observed = { deaths, blown: fuses.blown(), run, evidence };
  const violations = violationsOf(row, observed);
  const recoverySeconds = (endedMs - (deaths[0]?.atMs ?? startedMs)) / 1000;
  return { row, ...observed, violations, recoverySeconds, workerOutput: worker.output() };
}

async function arm({ harness, fuses }: LaneParts, subject: Subject): Promise<void> {
  const { row, requestGroupId, taskId, strategyName } = subject;
  fuses.clear();
  fuses.setBlind(row.isBlind);
  // The strategy's name stands in every prompt of the task, and so in every payload.
  if (row.fault) await harness.emulators.arm(row.provider, { ...row.fault, match: strategyName });
  if (row.person) {
    await harness.emulators.setLatency(row.provider, { latencyMs: PERSON_LATENCY_MS[row.person] });
  }
  if (row.kill) {
    fuses.arm({ ...row.kill, subject: row.kill.activity === 'enqueueResearch' ? requestGroupId : taskId });
  }
}

/** What a person does once the provider has the job. A poll that dies with the worker is refused; nothing hangs on it. */
async function act({ folios }: ResearchHarness, { row, taskId }: Subject): Promise<void> {
  if (row.person === null) return;
  await waitFor('the provider has the job', () =>
    folios
      .providerJob(taskId)
      .query(jobQuery)
      .then((job) => job.state === 'awaiting_results')
      .catch(() => false),
  );
  if (row.person === 'cancel') await folios.cancelJob(taskId, 'a person cancelled');
  else await folios.pollJob(taskId).catch(() => undefined);
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
    return messageOf(error as Error);
  }
}

function messageOf({ message, cause }: Error): string {
  return cause ? `${message}: ${(cause as Error).message}` : message;
}
