import { FoliosError } from '../../contracts/errors.ts';
import type { ResearchRepository, TaskRecord } from '../../ports/repositories.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PREFIX = /^[0-9a-f-]{8,36}$/;
const SEARCHED_TASKS = 10_000;
const SHORTEST = 8;

/** The task with this id, or with the only id that begins so (8 characters at least). INPUT_INVALID, TASK_NOT_FOUND. */
export async function resolveTask(research: ResearchRepository, reference: string): Promise<TaskRecord> {
  const wanted = reference.toLowerCase();
  if (!PREFIX.test(wanted)) {
    throw new FoliosError(
      'INPUT_INVALID',
      `"${reference}" is not a task id, nor the first 8 or more characters of one`,
    );
  }
  if (UUID.test(wanted)) {
    const task = await research.findTask(wanted);
    if (task) return task;
    throw new FoliosError('TASK_NOT_FOUND', `no task has the id ${wanted}`);
  }
  const tasks = await research.listTasks({ limit: SEARCHED_TASKS });
  const matching = tasks.filter((task) => task.taskId.startsWith(wanted));
  const [only] = matching;
  if (!only) throw new FoliosError('TASK_NOT_FOUND', `no task's id begins with ${wanted}`);
  if (matching.length > 1) {
    const candidates = matching.slice(0, 10).map((task) => task.taskId);
    throw new FoliosError(
      'INPUT_INVALID',
      `${matching.length} tasks' ids begin with ${wanted}; say more of it: ${candidates.join(', ')}`,
      { candidates },
    );
  }
  return only;
}

/** The ids cut to one length, 8 or more characters, at which they still differ from each other. */
export function shortIds(ids: readonly string[]): (id: string) => string {
  const distinct = new Set(ids).size;
  let length = SHORTEST;
  while (length < 36 && new Set(ids.map((id) => id.slice(0, length))).size < distinct) length += 1;
  // A prefix never ends in a dash: it would be one more character for nothing.
  return (id) => id.slice(0, length).replace(/-$/, '');
}
