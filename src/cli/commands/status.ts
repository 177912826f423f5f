import { isTaskEnded } from '../../domain/research/task-state.ts';
import type { PollRecord, TaskRecord, UsageRecord } from '../../ports/repositories.ts';
import { formatCostUsd, formatCount } from '../../service/text/amounts.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { resolveTask } from '../references/task-reference.ts';
import { formatAge, formatDuration } from '../text/durations.ts';
import { counted } from '../text/names.ts';
import { renderTable } from '../text/table.ts';
import { checkHealth, renderHealth } from './health.ts';
import { failureOf, findTroubles, renderTasks, stateOf, type Troubles, troubleText, workedMs } from './task-table.ts';

/** Tasks, newest first, and what needs a person. */
export async function showStatus(context: CliContext, limit: number, view: View): Promise<CommandResult> {
  const tasks = await context.research.listTasks({ limit });
  const troubles = await findTroubles(context.folios, tasks);
  const health = await checkHealth(context, troubles, view.now);
  const list = tasks.length > 0 ? renderTasks(tasks, troubles, view) : 'No tasks yet: folios plan, then folios enqueue';
  const needs = renderHealth(health, view.width);
  return {
    document: { tasks: tasks.map((task) => withTrouble(task, troubles)), health },
    text: needs === '' ? list : `${needs}\n\n${list}`,
  };
}

/** One task in full: its facts, its polls and its calls. */
export async function showTask(context: CliContext, reference: string, view: View): Promise<CommandResult> {
  const task = await resolveTask(context.research, reference);
  const [polls, calls, troubles] = await Promise.all([
    context.research.listPolls(task.taskId),
    context.usage.listByTask(task.taskId),
    findTroubles(context.folios, [task]),
  ]);
  const sections = [renderFacts(task, troubles, view)];
  if (polls.length > 0) sections.push(renderPolls(polls, view));
  if (calls.length > 0) sections.push(renderCalls(calls, view));
  return { document: { task: withTrouble(task, troubles), polls, calls }, text: sections.join('\n\n') };
}

/** Whether anything is still under way; `--watch` ends when nothing is. */
export async function isAnyUnderWay({ research }: CliContext, reference: string | null): Promise<boolean> {
  if (reference !== null) return !isTaskEnded((await resolveTask(research, reference)).state);
  return (await research.listTasks({ states: ['pending', 'running', 'awaiting_results'], limit: 1 })).length > 0;
}

function withTrouble(task: TaskRecord, troubles: Troubles): object {
  return { ...task, repeatedStep: troubles.get(task.taskId) ?? null };
}

function renderFacts(task: TaskRecord, troubles: Troubles, { width, now }: View): string {
  const facts: [string, string][] = [
    ['task', task.taskId],
    ['request', task.requestId],
    ['strategy', `${task.strategySlug}, version ${task.strategyVersion}, as of ${task.asOf}`],
    ['provider', `${task.provider} ${task.mode} ${task.model}${task.simulated ? ' (emulated)' : ''}`],
    ['state', `${stateOf(task)}${task.round > 0 ? ', asked again after a malformed answer' : ''}`],
    ['worked', formatDuration(workedMs(task, now))],
    ['provider job', task.providerJobId ?? '–'],
    ['provider says', `${task.providerStatus ?? '–'} after ${counted(task.pollCount, 'poll')}`],
    ['enqueued', task.createdAt.toISOString()],
    ['submitted', task.submittedAt?.toISOString() ?? '–'],
    ['ended', task.endedAt?.toISOString() ?? '–'],
    ['executed', task.executedAt?.toISOString() ?? '–'],
    ['workflow', `job/${task.taskId}`],
  ];
  if (task.failureCode !== null) facts.push(['failure', failureOf(task)]);
  const trouble = troubles.get(task.taskId);
  if (trouble)
    facts.push(['now', `${troubleText(trouble)} (${trouble.step}, ${counted(trouble.attempts, 'attempt')})`]);
  return renderTable<[string, string]>(
    [
      { head: 'fact', cell: ([name]) => name },
      { head: 'value', cell: ([, value]) => value, shrink: 'wrap' },
    ],
    facts,
    width,
  );
}

function renderPolls(polls: readonly PollRecord[], { width, now }: View): string {
  return renderTable<PollRecord>(
    [
      { head: 'polled at', cell: ({ at }) => at.toISOString() },
      { head: 'ago', align: 'right', cell: ({ at }) => formatAge(now.getTime() - at.getTime()) },
      { head: 'provider says', cell: (poll) => poll.providerStatus, shrink: 'cut' },
      { head: 'done', align: 'right', cell: ({ counts }) => (counts ? `${counts.completed}/${counts.total}` : '–') },
      { head: 'failed', align: 'right', cell: ({ counts }) => (counts ? String(counts.failed) : '–') },
    ],
    polls.slice(-10),
    width,
  );
}

function renderCalls(calls: readonly UsageRecord[], { width }: View): string {
  return renderTable<UsageRecord>(
    [
      { head: 'call', cell: (call) => call.state },
      { head: 'model', cell: (call) => call.model, shrink: 'cut' },
      { head: 'input tokens', align: 'right', cell: (call) => formatCount(call.inputTokens) },
      { head: 'output tokens', align: 'right', cell: (call) => formatCount(call.outputTokens) },
      { head: 'cost $', align: 'right', cell: (call) => formatCostUsd(call.costUsd) },
      { head: 'at', cell: (call) => call.at.toISOString() },
    ],
    calls,
    width,
  );
}
