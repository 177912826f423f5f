import { cutExecution, cutStep } from '../../src/domain/lineage/cut-values.ts';
import { stepStatistics } from '../../src/domain/lineage/statistics.ts';
import type { ListedExecution } from '../../src/ports/history-source.ts';
import type { LineageReader } from '../../src/ports/lineage.ts';
import { boundedParallel } from './bounded-parallel.ts';
import type { LineagePorts } from './ports.ts';
import { readExecution, readTree } from './read-tree.ts';

/** In a whole tree a larger payload shows its beginning only; a single step shows more. */
const TREE_VALUE_BYTES = 8 * 1024;
const STEP_VALUE_BYTES = 2 * 1024 * 1024;
const READ_AT_ONCE = 8;
const LISTED_AT_ONCE = 1_000;
/** More than this many do not start in one millisecond. */
const SAME_MOMENT = 100;

/** Binds the port: histories from Temporal while it has them, afterwards from the archive. */
export function createLineageReader(ports: LineagePorts): LineageReader {
  const recent: LineageReader['recent'] = async ({ after, ...rest }, limit) => {
    // Those of the same millisecond, too: which of them follow is told by their run ids.
    const filter = after ? { ...rest, startedBefore: new Date(after.startedAt.getTime() + 1) } : rest;
    const [live, archived] = await Promise.all([
      ports.histories.list(filter, { size: LISTED_AT_ONCE, token: null }),
      ports.archive.recent(filter, limit + SAME_MOMENT),
    ]);
    const byRun = new Map<string, ListedExecution>();
    for (const one of [...archived.map(listed), ...live.items]) byRun.set(one.runId, one);
    const found = [...byRun.values()].sort(newestFirst);
    return found.filter((one) => !after || newestFirst(one, after) > 0).slice(0, limit);
  };

  return {
    recent,
    ownerOf: (workflowId) => ports.records.ownerOf(workflowId),
    collect: (workflowId, runId) => readTree(ports, workflowId, runId),

    async read(workflowId, runId) {
      const found = await readTree(ports, workflowId, runId);
      if (found === null) return null;
      const { lineage } = found;
      return { ...lineage, executions: lineage.executions.map((one) => cutExecution(one, TREE_VALUE_BYTES)) };
    },

    async steps(workflowId, runId, name) {
      const found = await readExecution(ports, workflowId, runId, []);
      if (found === null) return null;
      const steps = found.execution.steps.filter((step) => step.name === name);
      return steps.map((step) => cutStep(step, STEP_VALUE_BYTES));
    },

    async statistics(name, executions, of) {
      const filters =
        of === null
          ? [{}]
          : [
              ...of.strategyIds.map((strategyId) => ({ strategyId })),
              ...of.accountIds.map((accountId) => ({ accountId })),
            ];
      const lists = await boundedParallel(filters, READ_AT_ONCE, (filter) => recent(filter, executions));
      // A research ticket is its strategy's and its account's.
      const once = new Map(lists.flat().map((one) => [one.runId, one]));
      const newest = [...once.values()].sort(newestFirst).slice(0, executions);
      const found = await boundedParallel(newest, READ_AT_ONCE, ({ workflowId, runId }) =>
        readExecution(ports, workflowId, runId, []),
      );
      const seen = new Map(found.flatMap((one) => (one === null ? [] : [[one.execution.runIds[0], one.execution]])));
      const steps = [...seen.values()].flatMap((execution) => execution.steps.filter((step) => step.name === name));
      return { executions: seen.size, ...stepStatistics(name, steps) };
    },
  };
}

function listed({ workflowId, runId, workflowType, startedAt, closedAt }: ListedExecution): ListedExecution {
  return { workflowId, runId, workflowType, startedAt, closedAt };
}

type Place = Pick<ListedExecution, 'startedAt' | 'runId'>;

function newestFirst(a: Place, b: Place): number {
  return b.startedAt.getTime() - a.startedAt.getTime() || (a.runId === b.runId ? 0 : a.runId < b.runId ? 1 : -1);
}
