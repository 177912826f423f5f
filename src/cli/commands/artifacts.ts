import type { ArtifactRecord } from '../../ports/repositories.ts';
import { formatCount } from '../../service/text/amounts.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { resolveTask } from '../references/task-reference.ts';
import { renderTable } from '../text/table.ts';

/** What a task sent, received and understood: names, sizes and hashes, oldest first. */
export async function listArtifacts({ research }: CliContext, reference: string, view: View): Promise<CommandResult> {
  const task = await resolveTask(research, reference);
  const artifacts = await research.listArtifacts(task.taskId);
  const document = { taskId: task.taskId, artifacts };
  if (artifacts.length === 0) return { document, text: `Task ${task.taskId} has no artifacts yet.` };
  const table = renderTable<ArtifactRecord>(
    [
      { head: 'name', cell: (row) => row.name, shrink: 'cut' },
      { head: 'bytes', align: 'right', cell: (row) => formatCount(row.bytes) },
      { head: 'sha256', cell: (row) => row.sha256 },
    ],
    artifacts,
    view.width,
  );
  return { document, text: `artifacts/${task.requestId}/${task.taskId}/\n\n${table}` };
}
