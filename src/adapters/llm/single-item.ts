import { FoliosError } from '../../contracts/errors.ts';
import type { LlmItem, LlmJob } from '../../ports/llm-provider.ts';

/** The one question of a direct job. */
export function singleItem(job: LlmJob): LlmItem {
  const [item] = job.items;
  if (item === undefined || job.items.length !== 1) {
    throw new FoliosError('INTERNAL', `a direct job has exactly one item, ${job.key} has ${job.items.length}`);
  }
  return item;
}
