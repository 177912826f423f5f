import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROVIDER_NAMES } from '../../src/domain/research/provider.ts';
import { TaskState } from '../../src/domain/research/task-state.ts';
import { openStand, type Stand } from '../stand/stand.ts';
import { saveStrategies } from '../stand/strategies.ts';
import { startWorkerProcess } from '../stand/worker-process.ts';
import type { FigureGroup } from './group.ts';

const JOBS = 500;
const RUNS_AT_A_TIME = 10;
const NEVER_MS = 86_400_000;
/** The patience that real providers get, so that the jobs wait as they do in earnest. */
const POLL_INTERVAL_MS = 30_000;

/** How much a worker holds while 500 batches are awaited, as a process of its own: 166 runs of three jobs and one of two. */
export const workerMemory: FigureGroup = {
  names: ['worker-peak-memory-500-jobs', 'worker-memory-500-jobs'],

  async measure(servers, say) {
    const stand = await openStand(servers, NEVER_MS, {
      FOLIOS_POLL_INTERVAL_MS: String(POLL_INTERVAL_MS),
      FOLIOS_POLL_MAX_INTERVAL_MS: String(POLL_INTERVAL_MS * 10),
    });
    const worker = await startWorkerProcess(stand);
    try {
      const [strategyId = ''] = await saveStrategies(stand, 1);
      await untilItWorks(stand);
      await sleep(2_000);
      const idle = await worker.memory();
      say(`idle: ${shown(idle)}; starting ${JOBS} provider jobs`);
      await startJobs(stand, strategyId);
      await untilAllWait(stand);
      say(`all wait for their providers; one round of polls`);
      await sleep(POLL_INTERVAL_MS * 1.2);
      const busy = await worker.memory();
      say(`busy: ${shown(busy)}`);
      return [
        {
          name: 'worker-peak-memory-500-jobs',
          value: busy.peakMb,
          unit: 'MB',
          reference: { name: 'worker-idle-memory', value: idle.peakMb },
          note: `peak resident memory from its start, which bundles the workflows, to a round of polls of ${JOBS} jobs`,
        },
        {
          name: 'worker-memory-500-jobs',
          value: busy.nowMb,
          unit: 'MB',
          reference: { name: 'worker-idle-memory-now', value: idle.nowMb },
          note: 'resident memory at the moment of asking, before and with the jobs',
        },
      ];
    } finally {
      await worker.stop();
      await stand.close();
    }
  },
};

function shown({ nowMb, peakMb }: { nowMb: number; peakMb: number }): string {
  return `${nowMb.toFixed(0)} MB, at most ${peakMb.toFixed(0)} MB`;
}

/** A plan that starts nothing needs a worker to answer. */
async function untilItWorks({ folios }: Stand): Promise<void> {
  await folios.planResearch({ dryRun: true }, randomUUID());
}

async function startJobs({ folios }: Stand, strategyId: string): Promise<void> {
  let left = JOBS;
  const lane = async () => {
    while (left > 0) {
      const providers = PROVIDER_NAMES.slice(0, Math.min(left, PROVIDER_NAMES.length));
      left -= providers.length;
      await folios.startResearchRun({ strategyId, providers, requestGroupId: randomUUID(), force: true });
    }
  };
  await Promise.all(Array.from({ length: RUNS_AT_A_TIME }, lane));
}

async function untilAllWait({ service }: Stand): Promise<void> {
  const { research } = service.services;
  for (;;) {
    const tasks = await research.listTasks({ states: [TaskState.awaitingResults, TaskState.failed] });
    const failed = tasks.find((task) => task.state === TaskState.failed);
    if (failed) throw new Error(`a job failed: ${failed.failureCode} ${failed.failureReason}`);
    if (tasks.length === JOBS) return;
    await sleep(500);
  }
}
