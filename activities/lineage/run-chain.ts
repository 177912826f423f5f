import type { HistoryEvent, RunHistory } from '../../src/domain/lineage/history-event.ts';
import type { RawHistory } from '../../src/ports/history-source.ts';
import { loadHistory } from './history-store.ts';
import type { LineagePorts } from './ports.ts';

/** A chain of continued runs may be longer; its newest runs are read. */
const MAX_RUNS = 100;

/** The runs of one execution, oldest first. */
export interface RunChain {
  readonly raw: readonly RawHistory[];
  readonly runs: readonly RunHistory[];
  /** Runs of the chain that neither Temporal nor the archive has, or that are beyond the bound. */
  readonly missing: readonly { readonly workflowId: string; readonly runId: string; readonly reason: string }[];
}

type Run = { readonly raw: RawHistory; readonly run: RunHistory };

/** The whole chain that a run is part of, or that the newest run of that id is part of; null where there is no such run. */
export async function readChain(
  ports: LineagePorts,
  workflowId: string,
  runId: string | null,
): Promise<RunChain | null> {
  const named = await readRun(ports, workflowId, runId);
  if (named === null) return null;
  const chain: Run[] = [named];
  const missing: RunChain['missing'][number][] = [];
  const lost = (lostRunId: string, reason: string) => missing.push({ workflowId, runId: lostRunId, reason });

  for (let next = nextOf(named.run); next !== null; ) {
    const run = await readRun(ports, workflowId, next);
    if (run === null) {
      lost(next, 'its history is neither in Temporal nor in the archive');
      break;
    }
    chain.push(run);
    next = nextOf(run.run);
  }
  for (let before = previousOf(named.run); before !== null; ) {
    const run = chain.length < MAX_RUNS ? await readRun(ports, workflowId, before) : null;
    if (run === null) {
      const isBeyond = chain.length >= MAX_RUNS;
      lost(
        before,
        isBeyond ? `only ${MAX_RUNS} runs are shown` : 'its history is neither in Temporal nor in the archive',
      );
      break;
    }
    chain.unshift(run);
    before = previousOf(run.run);
  }
  return { raw: chain.map(({ raw }) => raw), runs: chain.map(({ run }) => run), missing };
}

/** Temporal first, and the archive where Temporal no longer has it. */
async function readRun(ports: LineagePorts, workflowId: string, runId: string | null): Promise<Run | null> {
  const { histories } = ports;
  const raw = (await histories.fetch(workflowId, runId)) ?? (await fromArchive(ports, workflowId, runId));
  return raw === null ? null : { raw, run: await histories.decode(raw) };
}

async function fromArchive(
  { archive, artifacts }: LineagePorts,
  workflowId: string,
  runId: string | null,
): Promise<RawHistory | null> {
  const found = await archive.find(workflowId, runId);
  if (found === null) return null;
  return { workflowId, runId: found.runId, json: await loadHistory(artifacts, found.artifact) };
}

/** The next run of a chain; what a retry policy or a schedule of old started again belongs to it, too. */
function nextOf({ events }: RunHistory): string | null {
  return events.findLast(isEnd)?.continuedBy ?? null;
}

function isEnd(event: HistoryEvent): event is Extract<HistoryEvent, { kind: 'ended' }> {
  return event.kind === 'ended';
}

function previousOf({ events }: RunHistory): string | null {
  const [first] = events;
  return first?.kind === 'started' ? first.continuedFrom : null;
}
