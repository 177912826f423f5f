import { rolledUpCostUsd } from '../../domain/lineage/collect.ts';
import type { LineageError } from '../../domain/lineage/history-event.ts';
import type { Lineage, LineageExecution, LineageStep } from '../../domain/lineage/lineage.ts';
import { cleanUntrustedText } from '../../domain/research/untrusted-text.ts';
import { formatCostUsd } from '../../service/text/amounts.ts';
import { formatDuration } from '../text/durations.ts';
import { counted } from '../text/names.ts';

const MARKS: Readonly<Record<LineageStep['state'], string>> = {
  completed: '✓',
  failed: '✗',
  timed_out: '✗',
  cancelled: '⊘',
  terminated: '✗',
  continued_as_new: '↻',
  open: '…',
};
const MAX_TEXT = 2_000;

/** The outcome first, then the steps as a tree, what each started below it. Every text is cleaned: models and brokers wrote some. */
export function renderTree(lineage: Lineage, width: number): string {
  const [root] = lineage.executions;
  if (root === undefined) return 'There is nothing to show.';
  const byRun = new Map(lineage.executions.flatMap((one) => one.runIds.map((runId) => [runId, one] as const)));
  const lines: string[] = [];
  addSteps(root, '', new Set([root]));
  const tail = lineage.missing.map(({ workflowId, reason }) => cut(`not shown: ${workflowId}: ${reason}`, width));
  return [...outcomeOf(lineage, root, width), '', ...lines, ...(tail.length > 0 ? ['', ...tail] : [])].join('\n');

  function addSteps(execution: LineageExecution, indent: string, above: ReadonlySet<LineageExecution>): void {
    execution.steps.forEach((step, index) => {
      const isLast = index === execution.steps.length - 1;
      const below = `${indent}${isLast ? '   ' : '│  '}`;
      const child = step.kind === 'child' && step.child?.runId ? byRun.get(step.child.runId) : undefined;
      lines.push(cut(`${indent}${isLast ? '└─' : '├─'} ${describeStep(step, lineage, child)}`, width));
      if (step.error !== null) lines.push(cut(`${below}${errorText(step.error)}`, width));
      if (child !== undefined && !above.has(child)) addSteps(child, below, new Set([...above, child]));
    });
  }
}

function outcomeOf(lineage: Lineage, root: LineageExecution, width: number): readonly string[] {
  const { executions, steps, failedSteps, costUsd } = lineage.totals;
  const lasted = root.durationMs === null ? 'still going' : `after ${formatDuration(root.durationMs)}`;
  const runs = root.runIds.length > 1 ? `, ${root.runIds.length} runs one after the other` : '';
  return [
    `${MARKS[root.state]} ${root.state.replaceAll('_', ' ')} ${lasted}: ${root.workflowType} ${root.workflowId}`,
    ...(root.error === null ? [] : [`  ${errorText(root.error)}`]),
    `  ${root.title === null ? '' : `${root.title}, `}started ${root.startedAt}${runs}`,
    `  ${counted(steps, 'step')} in ${counted(executions, 'execution')}, ${failedSteps} failed; ` +
      `models cost $${formatCostUsd(costUsd)} in all`,
    ...(lineage.closed ? [] : ['  Not all of it has ended: what is shown will change.']),
  ].map((line) => cut(line, width));
}

function describeStep(step: LineageStep, lineage: Lineage, child: LineageExecution | undefined): string {
  const cost = child === undefined ? '0' : rolledUpCostUsd(lineage, child);
  const facts = [
    step.attempts > 1 ? `${step.attempts} attempts` : '',
    step.totalMs === null ? (step.state === 'open' ? 'open' : '') : isInstant(step) ? '' : formatDuration(step.totalMs),
    step.by === null ? '' : `by ${step.by}`,
    cost === '0' ? '' : `$${formatCostUsd(cost)}`,
    step.artifacts.length > 0 ? counted(step.artifacts.length, 'file') : '',
  ].filter((fact) => fact !== '');
  const what = step.kind === 'activity' || step.kind === 'timer' ? '' : ` (${step.kind.replaceAll('_', ' ')})`;
  const link = step.child === null ? '' : ` → ${step.child.workflowId}`;
  const summary = step.summary === null ? '' : `: ${step.summary}`;
  return `${MARKS[step.state]} ${step.name}${what}${link}${summary}${facts.length > 0 ? ` [${facts.join(', ')}]` : ''}`;
}

function isInstant({ kind }: LineageStep): boolean {
  return kind === 'signal' || kind === 'cancel_request' || kind === 'workflow_task';
}

function errorText({ code, message }: LineageError): string {
  return `${code}: ${message}`;
}

/** One line, at most so wide; the lines of the tree at its beginning stay. */
function cut(line: string, width: number): string {
  const [lead = ''] = /^[ │├└─]*/.exec(line) ?? [];
  return lead + cleanUntrustedText(line.slice(lead.length, lead.length + MAX_TEXT), Math.max(20, width - lead.length));
}
