import type { BatchSearch } from '../../ports/llm-provider.ts';

/** The first of the batches that carry our key which no other task has claimed. Every page was read before. */
export async function firstUnclaimed(
  providerJobIds: readonly string[],
  isClaimed: (providerJobId: string) => Promise<boolean>,
): Promise<BatchSearch> {
  for (const providerJobId of providerJobIds) {
    if (!(await isClaimed(providerJobId))) return { kind: 'found', providerJobId };
  }
  return { kind: 'absent' };
}
