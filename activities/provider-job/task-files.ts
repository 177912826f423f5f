import type { ArtifactRef } from '../../src/contracts/schemas/artifact.ts';
import type { ArtifactStore } from '../../src/ports/artifact-store.ts';
import type { ArtifactRecord, ResearchRepository, TaskRecord } from '../../src/ports/repositories.ts';

export const ANSWER_FILE = 'answer.txt';

export interface TaskFile {
  readonly name: string;
  readonly content: Uint8Array | string;
  readonly mediaType: string;
}

/**
 * Stores files of a task under `artifacts/<request>/<task>/` and records their hashes; returns the last one's.
 * Idempotent.
 */
export async function writeTaskFiles(
  ports: { artifacts: ArtifactStore; research: ResearchRepository },
  task: Pick<TaskRecord, 'requestId' | 'taskId'>,
  ...files: readonly [TaskFile, ...TaskFile[]]
): Promise<ArtifactRef> {
  const { requestId, taskId } = task;
  const records = await Promise.all(
    files.map(async ({ name, content, mediaType }): Promise<ArtifactRecord> => {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      const ref = await ports.artifacts.put(`${requestId}/${taskId}/${name}`, bytes, mediaType);
      return { ...ref, requestId, taskId, name };
    }),
  );
  await ports.research.recordArtifacts(records);
  const { uri, sha256, bytes, mediaType } = records.at(-1) as ArtifactRecord;
  return { uri, sha256, bytes, mediaType };
}

export function answerFile(text: string): TaskFile {
  return { name: ANSWER_FILE, content: text, mediaType: 'text/plain' };
}

export function jsonFile(name: string, value: unknown): TaskFile {
  return { name, content: `${JSON.stringify(value, null, 2)}\n`, mediaType: 'application/json' };
}
