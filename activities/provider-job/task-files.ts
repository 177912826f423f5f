import { FoliosError } from '../../src/contracts/errors.ts';
import type { ArtifactRef } from '../../src/contracts/schemas/artifact.ts';
import type { ArtifactStore } from '../../src/ports/artifact-store.ts';
import type { ResearchRepository, TaskRecord } from '../../src/ports/repositories.ts';

export const ANSWER_FILE = 'answer.txt';

/** Stores a file of a task under `artifacts/<request>/<task>/` and records its hash. Idempotent. */
export async function writeTaskFile(
  ports: { artifacts: ArtifactStore; research: ResearchRepository },
  task: Pick<TaskRecord, 'requestId' | 'taskId'>,
  file: { name: string; content: Uint8Array | string; mediaType: string },
): Promise<ArtifactRef> {
  const bytes = typeof file.content === 'string' ? new TextEncoder().encode(file.content) : file.content;
  const ref = await ports.artifacts.put(`${task.requestId}/${task.taskId}/${file.name}`, bytes, file.mediaType);
  await ports.research.recordArtifact({ ...ref, requestId: task.requestId, taskId: task.taskId, name: file.name });
  return ref;
}

export async function requireTask(research: ResearchRepository, taskId: string): Promise<TaskRecord> {
  const task = await research.findTask(taskId);
  if (!task) throw new FoliosError('TASK_NOT_FOUND', `no execution task has the id ${taskId}`, { taskId });
  return task;
}

export function jsonFile(name: string, value: unknown) {
  return { name, content: `${JSON.stringify(value, null, 2)}\n`, mediaType: 'application/json' };
}
