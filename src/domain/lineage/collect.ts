import { dec, sum } from '../money/decimal.ts';
import type { Lineage, LineageExecution } from './lineage.ts';

/** The lineage of the first of these executions, with what could not be shown. */
export function toLineage(executions: readonly LineageExecution[], missing: Lineage['missing']): Lineage {
  const steps = executions.flatMap((execution) => execution.steps);
  const costs = executions.flatMap(({ costUsd }) => (costUsd === null ? [] : [dec(costUsd)]));
  return {
    workflowId: executions[0]?.workflowId ?? '',
    closed: executions.every(({ state }) => state !== 'open'),
    missing,
    totals: {
      executions: executions.length,
      steps: steps.length,
      failedSteps: steps.filter(({ state }) => state === 'failed' || state === 'timed_out').length,
      costUsd: sum(costs).toFixed(),
    },
    executions,
  };
}

/** What an execution started, in the order of its steps. */
export function childrenOf(execution: LineageExecution): readonly { workflowId: string; runId: string | null }[] {
  return execution.steps.flatMap(({ kind, child }) => (kind === 'child' && child !== null ? [child] : []));
}

/** The execution's own calls and those of everything it started, in US dollars. */
export function rolledUpCostUsd(lineage: Lineage, execution: LineageExecution): string {
  const byRun = new Map(lineage.executions.flatMap((one) => one.runIds.map((runId) => [runId, one] as const)));
  const costOf = (one: LineageExecution, above: ReadonlySet<LineageExecution>): ReturnType<typeof dec> => {
    const children = childrenOf(one).flatMap(({ runId }) => (runId === null ? [] : (byRun.get(runId) ?? [])));
    const below = new Set([...above, one]);
    return sum([
      dec(one.costUsd ?? '0'),
      ...children.filter((child) => !below.has(child)).map((child) => costOf(child, below)),
    ]);
  };
  return costOf(execution, new Set()).toFixed();
}
