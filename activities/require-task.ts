import type { JobRound } from '../src/contracts/activities/provider-job.ts';
import { FoliosError } from '../src/contracts/errors.ts';
import type { ResearchRepository, TaskRecord, TaskRound } from '../src/ports/repositories.ts';

/** The task with this id. TASK_NOT_FOUND. */
export async function requireTask(research: ResearchRepository, taskId: string): Promise<TaskRecord> {
  const task = await research.findTask(taskId);
  if (!task) throw taskNotFound(taskId);
  return task;
}

/** A task with the intent of one round. TASK_NOT_FOUND. */
export async function requireRound(research: ResearchRepository, { taskId, round }: JobRound): Promise<TaskRound> {
  const found = await research.findRound(taskId, round);
  if (!found) throw taskNotFound(taskId);
  return found;
}

function taskNotFound(taskId: string): FoliosError {
  return new FoliosError('TASK_NOT_FOUND', `no execution task has the id ${taskId}`, { taskId });
}
