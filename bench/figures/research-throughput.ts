import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { WORKFLOW_TASK_QUEUE } from '../../src/contracts/task-queues.ts';
import { type BareService, startBareService } from '../bare/workers.ts';
import { openStand, type Stand } from '../stand/stand.ts';
import { BATCH_PROVIDERS, saveStrategies } from '../stand/strategies.ts';
import { elapsedMs, median } from '../statistics.ts';
import type { FigureGroup } from './group.ts';

/** Runs under way at a time: more than the two cores can serve, so that waiting for each other costs nothing. */
const CONCURRENCY = 8;
const RUNS_PER_BLOCK = 16;
/** Blocks of each kind, in turns, so that whatever else the machine does falls on both alike. */
const BLOCKS = 7;

/**
 * Whole research runs, enqueue to settled portfolios, with three batch providers that answer at once: batch is the mode
 * for unattended runs and has the most steps (7 workflows, 25 activities). Direct mode would leave out the polling step,
 * the CLI mode would measure the start of three processes. The emulators run outside this process, but on its machine:
 * their share is in the product's time, not in the reference's.
 */
export const researchThroughput: FigureGroup = {
  names: ['research-runs-per-minute'],

  async measure(servers, say) {
    const stand = await openStand(servers, 0);
    let bare: BareService | null = null;
    try {
      await stand.startWorkers();
      bare = await startBareService(stand);
      const { client } = bare;
      const slugs = await saveStrategies(stand, CONCURRENCY);
      const product = (lane: number) => researchRun(stand, slugs[lane] ?? '');
      const reference = () => bareRun(client);

      say('warming up');
      await block(CONCURRENCY, product);
      await block(CONCURRENCY, reference);
      const rates = { product: [] as number[], reference: [] as number[] };
      for (let index = 0; index < BLOCKS; index += 1) {
        rates.product.push(await block(RUNS_PER_BLOCK, product));
        rates.reference.push(await block(RUNS_PER_BLOCK, reference));
        say(`block ${index + 1} of ${BLOCKS}: ${shown(rates.product)} against ${shown(rates.reference)} runs a minute`);
      }
      return [
        {
          name: 'research-runs-per-minute',
          value: median(rates.product),
          unit: 'runs/min',
          reference: { name: 'bare-workflow', value: median(rates.reference) },
          note: `${CONCURRENCY} at a time, medians of ${BLOCKS} interleaved blocks of ${RUNS_PER_BLOCK}; target 0.7`,
        },
      ];
    } finally {
      await bare?.stop();
      await stand.close();
    }
  },
};

function shown(rates: readonly number[]): string {
  return (rates.at(-1) ?? 0).toFixed(0);
}

/** Runs per minute over `runs` runs in lanes side by side. */
async function block(runs: number, run: (lane: number) => Promise<void>): Promise<number> {
  let started = 0;
  const lane = async (index: number) => {
    while (started < runs) {
      started += 1;
      await run(index);
    }
  };
  const lanes = Array.from({ length: CONCURRENCY }, (_, index) => index);
  const tookMs = await elapsedMs(() => Promise.all(lanes.map(lane)));
  return (runs / tookMs) * 60_000;
}

async function researchRun(stand: Stand, slug: string): Promise<void> {
  const { handle } = await stand.folios.startResearchRun({
    strategyId: slug,
    requestGroupId: randomUUID(),
    force: true,
  });
  const { outcomes } = await handle.result();
  const unfinished = outcomes.find((outcome) => outcome.state !== 'executed');
  if (unfinished) throw new Error(`a run was not executed: ${JSON.stringify(unfinished)}`);
}

async function bareRun(client: Client): Promise<void> {
  await client.workflow.execute('bareRun', {
    workflowId: randomUUID(),
    taskQueue: WORKFLOW_TASK_QUEUE,
    args: [BATCH_PROVIDERS.map(({ provider }) => provider)],
  });
}
