import { isTaskEnded } from '../../domain/research/task-state.ts';
import type { TaskRecord } from '../../ports/repositories.ts';
import type { View } from '../command-result.ts';
import { shortIds } from '../references/task-reference.ts';
import { formatAge } from '../text/durations.ts';
import { renderTable } from '../text/table.ts';

/** Tasks with state, age since their last change, polls, and what the provider says or why they failed. */
export function renderTasks(tasks: readonly TaskRecord[], { width, now }: View): string {
  const short = shortIds(tasks.map((task) => task.taskId));
  return renderTable<TaskRecord>(
    [
      { head: 'task', cell: (task) => short(task.taskId) },
      { head: 'strategy', cell: (task) => task.strategySlug, shrink: 'cut' },
      { head: 'provider', cell: (task) => task.provider },
      { head: 'mode', cell: (task) => task.mode },
      { head: 'state', cell: stateOf },
      { head: 'age', align: 'right', cell: (task) => formatAge(now.getTime() - task.createdAt.getTime()) },
      { head: 'polls', align: 'right', cell: (task) => String(task.pollCount) },
      { head: 'provider says', cell: (task) => task.providerStatus ?? '–', shrink: 'cut' },
      { head: 'failure', cell: failureOf, shrink: 'wrap' },
    ],
    tasks,
    width,
  );
}

/** The task's state; a succeeded one also says whether its orders are done. */
export function stateOf(task: TaskRecord): string {
  return task.executedAt ? 'executed' : task.state;
}

/** How long the task has been worked on, in milliseconds, until its end. */
export function workedMs(task: TaskRecord, now: Date): number {
  const end = isTaskEnded(task.state) ? (task.endedAt ?? now) : now;
  return end.getTime() - task.createdAt.getTime();
}

export function failureOf({ failureCode, failureReason }: TaskRecord): string {
  if (failureCode === null) return '';
  return failureReason === null ? failureCode : `${failureCode}: ${failureReason}`;
}
