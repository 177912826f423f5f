import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure } from '../figure.ts';
import { openStand, type Stand } from '../stand/stand.ts';
import { saveStrategies } from '../stand/strategies.ts';
import type { FigureGroup } from './group.ts';

const POLL_COUNTS = [5, 60] as const;
const NEVER_MS = 86_400_000;

/** How long a provider works must not show in the length of a job's history: the limit is 30 events. */
export const providerJobEvents: FigureGroup = {
  names: POLL_COUNTS.map(nameOf),

  async measure(servers, say) {
    // Temporal rounds a retry delay under a second up to about one, so 60 polls take a minute.
    const patience = { FOLIOS_POLL_INTERVAL_MS: '1', FOLIOS_POLL_MAX_INTERVAL_MS: '1' };
    const stand = await openStand(servers, NEVER_MS, patience);
    try {
      await stand.startWorkers();
      const [strategyId = ''] = await saveStrategies(stand, 1);
      const figures: Figure[] = [];
      for (const polls of POLL_COUNTS) {
        say(`a provider job until its ${polls}th poll`);
        const events = await eventsAfter(stand, strategyId, polls);
        figures.push({ name: nameOf(polls), value: events, unit: 'events', note: 'one OpenAI batch, limit 30' });
      }
      return figures;
    } finally {
      await stand.close();
    }
  },
};

function nameOf(polls: number): string {
  return `provider-job-events-${polls}-polls`;
}

/** The batch is let end just before the last poll, so that the job has polled exactly so often. */
async function eventsAfter(stand: Stand, strategyId: string, polls: number): Promise<number> {
  const { research } = stand.service.services;
  await stand.emulators.setLatency('openai', NEVER_MS);
  const { handle, run } = await stand.folios.startResearchRun({
    strategyId,
    providers: ['openai'],
    requestGroupId: randomUUID(),
    force: true,
  });
  const [task] = run.tasks;
  if (!task) throw new Error('the run has no task');
  const pollCount = async () => (await research.findTask(task.taskId))?.pollCount ?? 0;
  while ((await pollCount()) < polls - 1) await sleep(20);
  await stand.emulators.setLatency('openai', 0, true);
  await handle.result();
  if ((await pollCount()) !== polls) throw new Error(`the job polled ${await pollCount()} times instead of ${polls}`);
  const { events } = await stand.folios.providerJob(task.taskId).fetchHistory();
  return events?.length ?? 0;
}
