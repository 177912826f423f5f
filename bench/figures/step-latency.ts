import { randomUUID } from 'node:crypto';
import { WORKFLOW_TASK_QUEUE } from '../../src/contracts/task-queues.ts';
import { type BareService, startBareService } from '../bare/workers.ts';
import type { Figure } from '../figure.ts';
import { openStand, type Stand } from '../stand/stand.ts';
import { saveStrategies } from '../stand/strategies.ts';
import { elapsedMs, median } from '../statistics.ts';
import type { FigureGroup } from './group.ts';

const SAMPLES = 15;
const STEPS = ['enqueue', 'submit', 'poll', 'harvest', 'settle'] as const;
type Step = (typeof STEPS)[number];

/**
 * How long each step of a held run takes, one at a time on a stack that does nothing else: what a person waits for.
 * `settle` is a whole ticket, from its start to the booked portfolio. Beside enqueue and settle, in turns, the same
 * number of no-op steps.
 */
export const stepLatency: FigureGroup = {
  names: STEPS.map((step) => `${step}-p50`),

  async measure(servers, say) {
    const stand = await openStand(servers, 0);
    let bare: BareService | null = null;
    try {
      await stand.startWorkers();
      bare = await startBareService(stand);
      const [strategyId = ''] = await saveStrategies(stand, 1);
      const took = new Map<string, number[]>();
      const keep = (name: string, milliseconds: number) => took.set(name, [...(took.get(name) ?? []), milliseconds]);
      say(`${SAMPLES} held runs of one provider, step by step`);
      for (let sample = -1; sample < SAMPLES; sample += 1) {
        const steps = await heldRun(stand, strategyId);
        const references = {
          'bare-enqueue': await bareStep(bare, 'bareEnqueue'),
          'bare-settle': await bareStep(bare, 'bareTicket'),
        };
        // The first one loads code and prices.
        if (sample >= 0) for (const [name, value] of Object.entries({ ...steps, ...references })) keep(name, value);
      }
      return STEPS.map((step) => figureOf(step, took));
    } finally {
      await bare?.stop();
      await stand.close();
    }
  },
};

function figureOf(step: Step, took: ReadonlyMap<string, readonly number[]>): Figure {
  const figure = { name: `${step}-p50`, value: median(took.get(step) ?? []), unit: 'ms', note: NOTES[step] };
  const reference = took.get(`bare-${step}`);
  return reference ? { ...figure, reference: { name: `bare-${step}`, value: median(reference) } } : figure;
}

const NOTES: Readonly<Record<Step, string>> = {
  enqueue: `from the call until the rows of the run exist; ${SAMPLES} samples, one at a time`,
  submit: 'until OpenAI, emulated, has the batch',
  poll: 'until OpenAI, emulated, has told the status',
  harvest: 'until the recommendations are stored',
  settle: 'a ticket from its start to the booked portfolio',
};

async function heldRun({ folios }: Stand, strategyId: string): Promise<Record<Step, number>> {
  let taskId = '';
  const enqueue = await elapsedMs(async () => {
    const { run } = await folios.startResearchRun({
      strategyId,
      providers: ['openai'],
      requestGroupId: randomUUID(),
      hold: true,
      force: true,
    });
    taskId = run.tasks[0]?.taskId ?? '';
  });
  // A held job takes commands once its workflow has loaded its task; that is not part of any step.
  while ((await jobStep(folios, taskId)) !== 'held: waiting for `submit`') await new Promise(setImmediate);
  const submit = await elapsedMs(() => folios.submitJob(taskId));
  const poll = await elapsedMs(() => folios.pollJob(taskId));
  const harvest = await elapsedMs(() => folios.harvestJob(taskId));
  const settle = await elapsedMs(async () => (await folios.startTicket({ ticketId: taskId, taskId })).result());
  return { enqueue, submit, poll, harvest, settle };
}

/** What the job says that it is doing; null while there is no job yet. */
async function jobStep(folios: Stand['folios'], taskId: string): Promise<string | null> {
  return await folios
    .providerJob(taskId)
    .query<{ step: string }>('job')
    .then(
      ({ step }) => step,
      () => null,
    );
}

function bareStep({ client }: BareService, type: 'bareEnqueue' | 'bareTicket'): Promise<number> {
  return elapsedMs(() =>
    client.workflow.execute(type, { workflowId: randomUUID(), taskQueue: WORKFLOW_TASK_QUEUE, args: [] }),
  );
}
