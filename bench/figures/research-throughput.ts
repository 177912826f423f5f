import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { researchSearchAttributes } from '../../src/contracts/search-attributes.ts';
import { WORKFLOW_TASK_QUEUE } from '../../src/contracts/task-queues.ts';
import { workflowIds } from '../../src/contracts/workflow-ids.ts';
import type { researchRun as runWorkflow } from '../../workflows/research-run/workflow.ts';
import { type BareService, startBareService } from '../bare/workers.ts';
import { openStand, type Stand } from '../stand/stand.ts';
import { BATCH_PROVIDERS, saveStrategies } from '../stand/strategies.ts';
import { cpuMs, elapsedMs, median } from '../statistics.ts';
import type { FigureGroup } from './group.ts';
import { shapeOf } from './run-shape.ts';

/** As many runs at a time as the library has strategies: what the schedule starts in the morning. */
const CONCURRENCY = 8;
const RUNS_PER_BLOCK = 48;
/** Until the code of both is compiled: a service runs for days, and the first fifty runs take a third longer. */
const WARM_UP_RUNS = 64;
/** Blocks of each kind, in turns, so that whatever else the machine does falls on both alike. */
const BLOCKS = 5;

interface Block {
  readonly runsPerMinute: number;
  readonly cpuMsPerRun: number;
}

/**
 * Whole research runs, enqueue to settled portfolios, with three batch providers that answer at once: batch is the mode
 * for unattended runs and has the most steps. Direct mode would leave out the polling step, the CLI mode would measure
 * the start of child processes. The emulators run outside this process, but on its machine: their share is in the
 * product's time, not in the reference's.
 */
export const researchThroughput: FigureGroup = {
  names: ['research-runs-per-minute', 'research-run-cpu'],

  async measure(servers, say) {
    const stand = await openStand(servers, 0);
    let bare: BareService | null = null;
    try {
      await stand.startWorkers();
      bare = await startBareService(stand);
      const { client } = bare;
      const strategyIds = await saveStrategies(stand, CONCURRENCY);
      const product = (lane: number) => researchRun(stand, strategyIds[lane] ?? '');
      const reference = () => bareRun(client);

      say('warming up');
      await block(WARM_UP_RUNS, product);
      await block(WARM_UP_RUNS, reference);
      const shape = await sameShape(stand.service.temporal.client, await product(0), client, await reference());
      const measured: { product: Block; reference: Block }[] = [];
      for (let index = 0; index < BLOCKS; index += 1) {
        const pair = {
          product: await block(RUNS_PER_BLOCK, product),
          reference: await block(RUNS_PER_BLOCK, reference),
        };
        measured.push(pair);
        const rates = [pair.product, pair.reference].map((one) => one.runsPerMinute.toFixed(0));
        say(`block ${index + 1} of ${BLOCKS}: ${rates.join(' against ')} runs a minute`);
      }
      const medianOf = (kind: 'product' | 'reference', value: keyof Block) =>
        median(measured.map((pair) => pair[kind][value]));
      const blocks = `medians of ${BLOCKS} interleaved blocks of ${RUNS_PER_BLOCK}, ${CONCURRENCY} at a time`;
      return [
        {
          name: 'research-runs-per-minute',
          value: medianOf('product', 'runsPerMinute'),
          unit: 'runs/min',
          reference: { name: 'bare-workflow', value: medianOf('reference', 'runsPerMinute') },
          note: `${shape}; ${blocks}; ratio at least 0.7`,
        },
        {
          name: 'research-run-cpu',
          value: medianOf('product', 'cpuMsPerRun'),
          unit: 'ms',
          reference: { name: 'bare-workflow-cpu', value: medianOf('reference', 'cpuMsPerRun') },
          note: 'processor time of workers and client per run, without servers and emulators',
        },
      ];
    } finally {
      await bare?.stop();
      await stand.close();
    }
  },
};

/** The reference is one only while it has the product's shape; the number of both, in words. */
async function sameShape(ours: Client, runId: string, bare: Client, bareId: string): Promise<string> {
  const [product, reference] = await Promise.all([shapeOf(ours, runId), shapeOf(bare, bareId)]);
  const inWords = ({ workflows, activities }: typeof product) => `${workflows} workflows and ${activities} activities`;
  if (inWords(product) !== inWords(reference)) {
    throw new Error(
      `bench/bare/workflows.ts has ${inWords(reference)} and a research run ${inWords(product)}: bring it up to date`,
    );
  }
  return inWords(product);
}

/** `runs` runs in lanes side by side. */
async function block(runs: number, run: (lane: number) => Promise<string>): Promise<Block> {
  let started = 0;
  const lane = async (index: number) => {
    while (started < runs) {
      started += 1;
      await run(index);
    }
  };
  const lanes = Array.from({ length: CONCURRENCY }, (_, index) => index);
  const cpuBefore = cpuMs();
  const tookMs = await elapsedMs(() => Promise.all(lanes.map(lane)));
  return { runsPerMinute: (runs / tookMs) * 60_000, cpuMsPerRun: (cpuMs() - cpuBefore) / runs };
}

/** Started as the plan starts runs. Returns the id when all three portfolios are settled. */
async function researchRun(stand: Stand, strategyId: string): Promise<string> {
  const requestGroupId = randomUUID();
  const workflowId = workflowIds.researchRun(requestGroupId);
  const { outcomes } = await stand.service.temporal.client.workflow.execute<typeof runWorkflow>('researchRun', {
    workflowId,
    taskQueue: WORKFLOW_TASK_QUEUE,
    typedSearchAttributes: researchSearchAttributes(strategyId),
    args: [{ strategyId, requestGroupId, force: true }],
  });
  const unfinished = outcomes.find((outcome) => outcome.state !== 'executed');
  if (unfinished) throw new Error(`a run was not executed: ${JSON.stringify(unfinished)}`);
  return workflowId;
}

async function bareRun(client: Client): Promise<string> {
  const workflowId = randomUUID();
  const providers = BATCH_PROVIDERS.map(({ provider }) => provider);
  await client.workflow.execute('bareRun', { workflowId, taskQueue: WORKFLOW_TASK_QUEUE, args: [providers] });
  return workflowId;
}
