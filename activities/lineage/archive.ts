import type { ArchiveActivities, ArchivedHistories } from '../../src/contracts/activities/archive.ts';
import { archiveHistoriesInputSchema } from '../../src/contracts/schemas/archive-input.ts';
import type { RunHistory } from '../../src/domain/lineage/history-event.ts';
import type { HistorySource, ListedExecution } from '../../src/ports/history-source.ts';
import type { ArchivedHistory } from '../../src/ports/lineage.ts';
import { withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { parseInput } from '../input.ts';
import { boundedParallel } from './bounded-parallel.ts';
import { storeHistory } from './history-store.ts';
import type { ArchivePorts } from './ports.ts';

const PAGE_SIZE = 200;
const AT_ONCE = 8;

/** The archive's step. `histories` is asked for anew in every activity: it is bound to the worker's own connection. */
export function createArchiveActivities(
  ports: Omit<ArchivePorts, 'histories'> & { readonly histories: () => HistorySource },
): ArchiveActivities {
  return withFailures<ArchiveActivities>({
    async archiveClosedHistories(input) {
      const filter = { ...parseInput(archiveHistoriesInputSchema, input), isClosed: true } as const;
      const bound = { ...ports, histories: ports.histories() };
      return await withHeartbeat(async (signal) => {
        const done = { archived: 0, skipped: 0, gone: 0, bytes: 0 };
        for (let token: string | null = null; ; ) {
          signal.throwIfAborted();
          const page = await bound.histories.list(filter, { size: PAGE_SIZE, token });
          await archivePage(bound, page.items, done);
          token = page.nextToken;
          if (token === null) return done;
        }
      });
    },
  });
}

type Progress = { -readonly [Name in keyof ArchivedHistories]: number };

/** What is in the archive already costs one question a page. */
async function archivePage(ports: ArchivePorts, page: readonly ListedExecution[], done: Progress): Promise<void> {
  const known = await ports.archive.known(page.map(({ runId }) => runId));
  done.skipped += page.filter(({ runId }) => known.has(runId)).length;
  const missing = page.filter(({ runId }) => !known.has(runId));
  await boundedParallel(missing, AT_ONCE, async (execution) => {
    const bytes = await archiveOne(ports, execution);
    if (bytes === null) {
      done.gone += 1;
    } else {
      done.archived += 1;
      done.bytes += bytes;
    }
  });
}

/**
 * The history into the store, then its row: a crash between the two leaves an object that the next pass writes again,
 * the same bytes under the same name. Null where Temporal has forgotten the execution, or it runs again.
 */
async function archiveOne(
  { histories, artifacts, archive, clock }: ArchivePorts,
  { workflowId, runId, workflowType }: ListedExecution,
): Promise<number | null> {
  const raw = await histories.fetch(workflowId, runId);
  if (raw === null) return null;
  const facts = factsOf(await histories.decode(raw));
  if (facts === null) return null;
  const artifact = await storeHistory(artifacts, raw);
  await archive.record({ ...facts, workflowId, runId, workflowType, artifact }, clock.now());
  return artifact.bytes;
}

type Facts = Omit<ArchivedHistory, 'workflowId' | 'runId' | 'workflowType' | 'artifact'>;

function factsOf({ events }: RunHistory): Facts | null {
  const start = events.find((event) => event.kind === 'started');
  const end = events.findLast((event) => event.kind === 'ended');
  if (start === undefined || end === undefined) return null;
  const attributes = Object.assign(
    {},
    ...events.map((event) => (event.kind === 'started' || event.kind === 'attributes' ? event.attributes : {})),
  ) as Readonly<Record<string, string>>;
  return {
    state: end.state,
    startedAt: new Date(start.atMs),
    closedAt: new Date(end.atMs),
    eventCount: end.eventId,
    strategyId: attributes.FoliosStrategyId ?? null,
    accountId: attributes.FoliosAccountId ?? null,
  };
}
