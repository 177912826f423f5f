import { childrenOf, toLineage } from '../../src/domain/lineage/collect.ts';
import { describeExecution } from '../../src/domain/lineage/describe-execution.ts';
import type { Lineage, LineageExecution } from '../../src/domain/lineage/lineage.ts';
import type { RawHistory } from '../../src/ports/history-source.ts';
import { boundedParallel } from './bounded-parallel.ts';
import type { LineagePorts } from './ports.ts';
import { readChain } from './run-chain.ts';

/** More executions are not shown below one. */
const MAX_EXECUTIONS = 500;
const READ_AT_ONCE = 8;

interface Read {
  readonly execution: LineageExecution;
  readonly raw: readonly RawHistory[];
}

/** An execution with everything it started, whole payloads, and the histories that tell it; null where there is none. */
export async function readTree(
  ports: LineagePorts,
  workflowId: string,
  runId: string | null,
): Promise<{ readonly lineage: Lineage; readonly histories: readonly RawHistory[] } | null> {
  const missing: Lineage['missing'][number][] = [];
  const root = await readExecution(ports, workflowId, runId, missing);
  if (root === null) return null;
  const byRun = new Map(runsOf(root));
  // Level by level, so that where the bound cuts does not depend on which history was quicker to read.
  for (let level = [root]; level.length > 0; ) {
    const children = level.flatMap(({ execution }) => childrenOf(execution));
    const wanted: { workflowId: string; runId: string }[] = [];
    for (const child of children) {
      if (child.runId === null || byRun.has(child.runId)) continue;
      if (countOf(byRun) + wanted.length >= MAX_EXECUTIONS) {
        missing.push({ ...child, reason: `only ${MAX_EXECUTIONS} executions are shown` });
      } else if (!wanted.some((one) => one.runId === child.runId)) {
        wanted.push({ workflowId: child.workflowId, runId: child.runId });
      }
    }
    const lost: Lineage['missing'][number][][] = wanted.map(() => []);
    const read = await boundedParallel([...wanted.keys()], READ_AT_ONCE, async (index) => {
      const child = wanted[index] as (typeof wanted)[number];
      const found = await readExecution(ports, child.workflowId, child.runId, lost[index] ?? []);
      if (found === null)
        lost[index]?.push({ ...child, reason: 'its history is neither in Temporal nor in the archive' });
      return found;
    });
    missing.push(...lost.flat());
    level = read.filter((one) => one !== null);
    for (const one of level) for (const [id, found] of runsOf(one)) byRun.set(id, found);
  }
  const inOrder = depthFirst(root, byRun);
  return {
    lineage: toLineage(
      inOrder.map(({ execution }) => execution),
      missing,
    ),
    histories: inOrder.flatMap(({ raw }) => raw),
  };
}

/** One execution by itself: its chain of runs and what the books hold of it. */
export async function readExecution(
  ports: LineagePorts,
  workflowId: string,
  runId: string | null,
  missing: Lineage['missing'][number][],
): Promise<Read | null> {
  const chain = await readChain(ports, workflowId, runId);
  if (chain === null) return null;
  missing.push(...chain.missing);
  const [artifacts, calls] = await Promise.all([
    ports.records.artifactsOf(workflowId),
    ports.records.callsOf(workflowId),
  ]);
  const execution = describeExecution(chain.runs, { artifacts, calls }, (atMs) => new Date(atMs).toISOString());
  return execution === null ? null : { execution, raw: chain.raw };
}

function runsOf(read: Read): readonly (readonly [string, Read])[] {
  return read.execution.runIds.map((id) => [id, read] as const);
}

function countOf(byRun: ReadonlyMap<string, Read>): number {
  return new Set(byRun.values()).size;
}

function depthFirst(root: Read, byRun: ReadonlyMap<string, Read>): readonly Read[] {
  const ordered = new Set<Read>();
  const stack = [root];
  for (let one = stack.pop(); one !== undefined; one = stack.pop()) {
    if (ordered.has(one)) continue;
    ordered.add(one);
    const children = childrenOf(one.execution).flatMap(({ runId }) => (runId === null ? [] : (byRun.get(runId) ?? [])));
    stack.push(...children.reverse());
  }
  return [...ordered];
}
