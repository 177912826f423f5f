import { createLineageReader } from '../../activities/lineage/reader.ts';
import { createLineageArchive } from '../../db/repositories/lineage-archive.ts';
import { createLineageRecords } from '../../db/repositories/lineage-records.ts';
import { createHistorySource } from '../../src/adapters/temporal/history-source.ts';
import type { LineageReader } from '../../src/ports/lineage.ts';
import type { Figure } from '../figure.ts';
import { openStand, type Stand } from '../stand/stand.ts';
import { median } from '../statistics.ts';
import type { FigureGroup } from './group.ts';

const STEPS = 500;
const READS = 20;
const LIVE = `lineage-${STEPS}-steps-live`;
const ARCHIVED = `lineage-${STEPS}-steps-archived`;

/** How long the lineage of many steps takes to open: the limit is 2 seconds for 500 steps. */
export const lineageRead: FigureGroup = {
  names: [LIVE, ARCHIVED],

  async measure(servers, say) {
    const stand = await openStand(servers, 0);
    try {
      await stand.startWorkers();
      say(`an execution of ${STEPS} steps`);
      const workflowId = await manySteps(stand);
      const { client } = stand.service.temporal;
      const archiving = { workflowId: 'archive-histories/bench', taskQueue: 'folios', args: [{}] };
      await client.workflow.execute('archiveHistories', archiving);
      return [
        { ...(await timed(readerOf(stand, true), workflowId)), name: LIVE },
        { ...(await timed(readerOf(stand, false), workflowId)), name: ARCHIVED },
      ];
    } finally {
      await stand.close();
    }
  },
};

/** Turns the kill switch by signals: each is a step, and so is each turn. */
async function manySteps({ service }: Stand): Promise<string> {
  const { workflow } = service.temporal.client;
  const workflowId = 'trading-mode/bench';
  const start = { workflowId, taskQueue: 'folios', signal: 'pause', signalArgs: [{ reason: 'a figure' }] };
  const handle = await workflow.signalWithStart('tradingMode', start);
  const signals = Array.from({ length: STEPS / 2 - 1 }, () => handle.signal('pause', { reason: 'a figure' }));
  await Promise.all(signals);
  await handle.result();
  return workflowId;
}

/** Reads from Temporal, or as if Temporal had forgotten. */
function readerOf({ service }: Stand, isLive: boolean): LineageReader {
  const { services, temporal } = service;
  const source = createHistorySource(temporal.client.workflowService, temporal.namespace, undefined);
  return createLineageReader({
    histories: isLive ? source : { ...source, fetch: async () => null },
    archive: createLineageArchive(services.db),
    records: createLineageRecords(services.db),
    artifacts: services.artifacts,
  });
}

async function timed(reader: LineageReader, workflowId: string): Promise<Omit<Figure, 'name'>> {
  const times: number[] = [];
  for (let read = 0; read < READS; read += 1) {
    const began = performance.now();
    const lineage = await reader.read(workflowId, null);
    times.push(performance.now() - began);
    const steps = lineage?.totals.steps ?? 0;
    if (steps < STEPS) throw new Error(`the lineage has ${steps} steps`);
  }
  return { value: median(times), unit: 'ms', note: `median of ${READS} reads, limit 2000` };
}
