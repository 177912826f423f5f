import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { ScheduleRun } from '../../contracts/schemas/api/schedules.ts';
import { SCHEDULED_RUN } from './schedule-spec.ts';

const STATUS: Readonly<Record<string, ScheduleRun['status']>> = {
  RUNNING: 'running',
  PAUSED: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed_out',
  CONTINUED_AS_NEW: 'continued',
};

/** What became of the firings of a schedule. */
export async function followRuns(client: Client, runs: readonly ScheduleRun[]): Promise<ScheduleRun[]> {
  return await Promise.all(runs.map((run) => followRun(client, run)));
}

async function followRun(client: Client, run: ScheduleRun): Promise<ScheduleRun> {
  try {
    const handle = client.workflow.getHandle(run.workflowId, run.runId);
    const { status, type } = await handle.describe();
    const outcome = type === SCHEDULED_RUN && status.name === 'COMPLETED' ? outcomeOf(await handle.result()) : null;
    return { ...run, status: STATUS[status.name] ?? 'unknown', outcome };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { ...run, status: 'unknown', outcome: null };
    throw error;
  }
}

function outcomeOf(result: unknown): string | null {
  const { started, reason, workflowId } = (result ?? {}) as {
    started?: unknown;
    reason?: unknown;
    workflowId?: unknown;
  };
  if (started === true) return `ran ${String(workflowId)}`;
  return started === false ? `nothing was started: ${String(reason)}` : null;
}
