import type { RepeatedStep } from '../../client/repeated-steps.ts';
import { OrderState } from '../../domain/orders/order-state.ts';
import { TaskState } from '../../domain/research/task-state.ts';
import type { OrderRecord, TaskRecord } from '../../ports/repositories.ts';
import { troubleText, workedMs } from '../commands/task-table.ts';
import { formatDuration } from '../text/durations.ts';
import { counted, providerTitle } from '../text/names.ts';

/** One line of live progress. */
export interface ProgressLine {
  readonly key: string;
  readonly text: string;
  readonly status: 'waiting' | 'working' | 'done' | 'failed';
  /** Changes when there is news; ticking time and polls are none. */
  readonly news: string;
}

export interface WatchedTask {
  readonly task: TaskRecord;
  /** The orders of the task's ticket so far. */
  readonly orders: readonly OrderRecord[];
  /** What its job is failing at and trying again, if anything. */
  readonly trouble: RepeatedStep | null;
}

const STATE_WORDS: Readonly<Record<TaskState, string>> = {
  pending: 'pending',
  running: 'submitting',
  awaiting_results: 'awaiting results',
  succeeded: 'answered',
  failed: 'failed',
  denied: 'denied by the budget',
};

/** One line per provider job, then one per portfolio ticket, in the order given. */
export function progressLines(watched: readonly WatchedTask[], now: Date): ProgressLine[] {
  const modelWidth = Math.max(0, ...watched.map(({ task }) => task.model.length));
  return [
    ...watched.map((one) => jobLine(one, modelWidth, now)),
    ...watched.map(({ task, orders }) => ticketLine(task, orders)),
  ];
}

function jobLine({ task, trouble }: WatchedTask, modelWidth: number, now: Date): ProgressLine {
  const { provider, mode, model, state, pollCount, providerStatus, counts, failureCode, failureReason } = task;
  const items = counts && counts.total > 0 ? ` (${counts.completed} of ${counts.total})` : '';
  const said = providerStatus ? `provider says ${providerStatus}${items}` : '';
  const failure = `${failureCode ?? 'INTERNAL'}: ${failureReason ?? ''}`;
  const outcome = failureCode !== null ? failure : troubleText(trouble ?? undefined) || said;
  const columns = [
    providerTitle(provider).padEnd(9),
    mode.padEnd(6),
    model.padEnd(modelWidth),
    STATE_WORDS[state].padEnd(16),
    formatDuration(workedMs(task, now)).padStart(8),
    counted(pollCount, 'poll').padStart(8),
    outcome,
  ];
  return {
    key: `job ${task.taskId}`,
    text: columns.join('  ').trimEnd(),
    status: state === TaskState.succeeded ? 'done' : failureCode !== null ? 'failed' : 'working',
    news: [state, providerStatus, items, failureCode, trouble?.code].join('|'),
  };
}

function ticketLine(task: TaskRecord, orders: readonly OrderRecord[]): ProgressLine {
  const [status, words] = ticketProgress(task, orders);
  return {
    key: `ticket ${task.taskId}`,
    text: `${providerTitle(task.provider).padEnd(9)}  portfolio ticket: ${words}`,
    status,
    news: words,
  };
}

function ticketProgress(task: TaskRecord, orders: readonly OrderRecord[]): [ProgressLine['status'], string] {
  if (task.failureCode !== null) return ['failed', 'none, since there are no recommendations'];
  if (task.state !== TaskState.succeeded) return ['waiting', 'waits for recommendations'];
  if (task.executedAt === null)
    return ['working', orders.length > 0 ? `filling ${counted(orders.length, 'order')}` : 'sizing orders'];
  const filled = orders.filter((order) => order.state === OrderState.filled).length;
  const denied = orders.filter((order) => order.state === OrderState.denied).length;
  return ['done', `${counted(filled, 'order')} filled${denied > 0 ? `, ${denied} denied` : ''}, books settled`];
}
