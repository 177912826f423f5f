import type { RepeatedStep } from '../../client/repeated-steps.ts';
import { isTaskEnded } from '../../domain/research/task-state.ts';
import type { TaskRecord } from '../../ports/repositories.ts';
import type { View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { shortIds } from '../references/task-reference.ts';
import { formatAge } from '../text/durations.ts';
import { renderTable } from '../text/table.ts';

/** By task, the step that is failing and tried again. */
export type Troubles = ReadonlyMap<string, RepeatedStep>;

/** Asks Temporal what the tasks that have not ended try again. A job that is not there or does not answer has no troubles. */
export async function findTroubles(folios: CliContext['folios'], tasks: readonly TaskRecord[]): Promise<Troubles> {
  const open = tasks.filter((task) => !isTaskEnded(task.state));
  const found = await Promise.all(
    open.map(async ({ taskId }) => ({ taskId, step: (await folios.repeatedSteps(taskId).catch(() => []))[0] })),
  );
  return new Map(found.flatMap(({ taskId, step }) => (step ? [[taskId, step] as const] : [])));
}

/** Tasks with state, age since they were enqueued, polls, what the provider says, and why they failed or do not go on. */
export function renderTasks(tasks: readonly TaskRecord[], troubles: Troubles, { width, now }: View): string {
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
      { head: 'failure', cell: (task) => failureOf(task) || shortTrouble(troubles.get(task.taskId)), shrink: 'wrap' },
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

/** Beside other tasks the code has to do: the reason stands above the table. */
function shortTrouble(step: RepeatedStep | undefined): string {
  return step ? `trying again: ${step.code}` : '';
}

/** Why a task does not go on at the moment; empty if it does. */
export function troubleText(step: RepeatedStep | undefined): string {
  return step ? `trying again after ${step.code}: ${step.reason}` : '';
}

export function failureOf({ failureCode, failureReason }: TaskRecord): string {
  if (failureCode === null) return '';
  return failureReason === null ? failureCode : `${failureCode}: ${failureReason}`;
}
