import { FoliosError } from '../../contracts/errors.ts';
import { TaskState } from '../../domain/research/task-state.ts';
import type { TaskRecord } from '../../ports/repositories.ts';
import { type CliFailure, describeFailure } from '../../service/failure.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { resolveTask, shortIds } from '../references/task-reference.ts';
import { counted } from '../text/names.ts';
import { renderTable } from '../text/table.ts';

export type StepName = 'submit' | 'poll' | 'harvest';

/** What one step found: in `done` everything went well, `failed` is the job's own end, `rejected` changed nothing. */
interface Outcome {
  readonly result: 'done' | 'failed' | 'rejected' | 'error';
  /** The task's state, or for a poll the provider's. */
  readonly state: string;
  readonly providerStatus: string | null;
  readonly message: string;
  readonly failure: CliFailure | null;
}

interface StepRow extends Outcome {
  readonly task: TaskRecord;
}

interface Step {
  /** States in which a task fits when none is named. */
  readonly fits: readonly TaskState[];
  readonly nothing: string;
  take(folios: CliContext['folios'], taskId: string): Promise<Outcome>;
}

const STEPS: Readonly<Record<StepName, Step>> = {
  submit: {
    fits: [TaskState.pending],
    nothing: 'No task is pending. Held runs begin with: folios enqueue --hold',
    take: async (folios, taskId) => viewOutcome(await folios.submitJob(taskId)),
  },
  poll: {
    fits: [TaskState.awaitingResults],
    nothing: 'No task is waiting for a provider.',
    take: async (folios, taskId) => pollOutcome(await folios.pollJob(taskId)),
  },
  harvest: {
    fits: [TaskState.awaitingResults],
    nothing: 'No task has results to harvest. A run that is not held harvests by itself.',
    take: async (folios, taskId) => viewOutcome(await folios.harvestJob(taskId)),
  },
};

/**
 * Takes one step of provider jobs, those named or all in a fitting state, side by side. A job that refuses the step (its
 * state does not allow it) or fails does not stop the others; any such makes the result a failure.
 */
export async function takeStep(
  context: CliContext,
  name: StepName,
  references: readonly string[],
  view: View,
): Promise<CommandResult> {
  const step = STEPS[name];
  const tasks = await fittingTasks(context, step, references);
  const rows = await Promise.all(
    tasks.map(async (task): Promise<StepRow> => {
      try {
        return { task, ...(await step.take(context.folios, task.taskId)) };
      } catch (error) {
        return { task, ...errorOutcome(task, describeFailure(error)) };
      }
    }),
  );
  const document = { step: name, results: rows.map(toDocument) };
  if (rows.length === 0) return { document, text: step.nothing };
  const text = renderRows(rows, view);
  const bad = rows.filter((row) => row.result !== 'done');
  const first = bad[0];
  if (!first) return { document, text };
  return {
    document,
    text,
    failure: new FoliosError(
      first.failure?.code ?? 'JOB_FAILED',
      `${name} did not succeed for ${bad.length} of ${counted(rows.length, 'task')}: ${first.message}`,
      { taskIds: bad.map((row) => row.task.taskId) },
    ),
  };
}

async function fittingTasks(
  { research }: CliContext,
  step: Step,
  references: readonly string[],
): Promise<TaskRecord[]> {
  if (references.length === 0) return [...(await research.listTasks({ states: step.fits }))];
  const tasks = await Promise.all(references.map((reference) => resolveTask(research, reference)));
  return [...new Map(tasks.map((task) => [task.taskId, task])).values()];
}

type JobView = Awaited<ReturnType<CliContext['folios']['submitJob']>>;
type JobStatus = Awaited<ReturnType<CliContext['folios']['pollJob']>>;

function viewOutcome({ state, step, lastStatus, failure }: JobView): Outcome {
  const providerStatus = lastStatus?.providerStatus ?? null;
  if (!failure) return { result: 'done', state, providerStatus, message: step, failure: null };
  const message = `${failure.code}: ${failure.reason}`;
  return {
    result: 'failed',
    state,
    providerStatus,
    message,
    failure: { ...failure, message: failure.reason, details: {} },
  };
}

function pollOutcome(status: JobStatus): Outcome {
  const { state, providerStatus, counts, reason, pollCount } = status;
  const items = counts ? `${counts.completed} of ${counts.total} done, ${counts.failed} failed, ` : '';
  const bad = state !== 'working' && state !== 'ended';
  return {
    result: bad ? 'failed' : 'done',
    state,
    providerStatus,
    message: `${items}${counted(pollCount, 'poll')}${reason ? `: ${reason}` : ''}`,
    failure: null,
  };
}

function errorOutcome(task: TaskRecord, failure: CliFailure): Outcome {
  const rejected = failure.code === 'TASK_STATE_CONFLICT';
  return {
    result: rejected ? 'rejected' : 'error',
    state: task.state,
    providerStatus: task.providerStatus,
    message: rejected ? failure.message : `${failure.code}: ${failure.message}`,
    failure,
  };
}

function toDocument({ task, failure, ...outcome }: StepRow): object {
  const { taskId, strategySlug, provider, mode, simulated } = task;
  return { taskId, strategySlug, provider, mode, simulated, ...outcome, code: failure?.code ?? null };
}

function renderRows(rows: readonly StepRow[], { width }: View): string {
  const short = shortIds(rows.map(({ task }) => task.taskId));
  return renderTable<StepRow>(
    [
      { head: 'task', cell: ({ task }) => short(task.taskId) },
      { head: 'strategy', cell: ({ task }) => task.strategySlug, shrink: 'cut' },
      { head: 'provider', cell: ({ task }) => task.provider },
      { head: 'mode', cell: ({ task }) => task.mode },
      { head: 'result', cell: (row) => row.result },
      { head: 'state', cell: (row) => row.state },
      { head: 'provider says', cell: (row) => row.providerStatus ?? '–' },
      { head: 'detail', cell: (row) => row.message, shrink: 'wrap' },
    ],
    rows,
    width,
  );
}
