import type { CrashResult } from './lane.ts';

const COLUMNS = [
  'provider',
  'mode',
  'activity',
  'point',
  'kills',
  'batches',
  'calls',
  'paid',
  'task',
  'orders',
  'recovery',
  'verdict',
];

/** The crash table in Markdown, one line a row. */
export function crashTable(results: readonly CrashResult[]): string {
  return [line(COLUMNS), line(COLUMNS.map(() => '---')), ...results.map((one) => line(cellsOf(one)))].join('\n');
}

function cellsOf({ row, deaths, evidence, violations, recoverySeconds }: CrashResult): string[] {
  const { task, usage, orders, executions } = evidence;
  const presumed = usage.filter((one) => one.state === 'presumed').length;
  return [
    row.provider,
    row.mode,
    row.kill?.activity ?? `${row.fault?.on} ${row.fault?.fault}`,
    row.kill?.point ?? '',
    `${deaths.filter((one) => one.signal === 'SIGKILL').length}`,
    row.expected.questions === 2 ? evidence.batches.join(' + ') : `${evidence.batches[0]}`,
    `${evidence.calls}`,
    presumed > 0 ? `${usage.length} (${presumed} presumed)` : `${usage.length}`,
    task?.state ?? 'none',
    `${executions.length}/${orders.length}`,
    `${recoverySeconds.toFixed(1)} s`,
    violations.length === 0 ? 'holds' : `BROKEN: ${violations.join('; ').replaceAll(/\s+/g, ' ')}`,
  ];
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
