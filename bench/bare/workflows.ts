import { executeChild, proxyActivities } from '@temporalio/workflow';
import { brokerTaskQueue, llmTaskQueue } from '../../src/contracts/task-queues.ts';
import type { ProviderName } from '../../src/domain/research/provider.ts';

export interface NoOpActivities {
  noOp(): Promise<void>;
}

const options = { startToCloseTimeout: '10 seconds' } as const;
const records = proxyActivities<NoOpActivities>(options);
const broker = proxyActivities<NoOpActivities>({ ...options, taskQueue: brokerTaskQueue('paper') });

/** The shape of `researchRun` and nothing else: as many workflows and activities on the same queues, without work. */
export async function bareRun(providers: readonly ProviderName[]): Promise<void> {
  await bareEnqueue();
  await Promise.all(
    providers.map(async (provider) => {
      await executeChild(bareJob, { args: [provider] });
      await executeChild(bareTicket);
    }),
  );
}

/** As `providerJob` of a batch that has ended at the first poll: open; submit, await, harvest. */
export async function bareJob(provider: ProviderName): Promise<void> {
  const llm = proxyActivities<NoOpActivities>({ ...options, taskQueue: llmTaskQueue(provider) });
  await records.noOp();
  await llm.noOp();
  await llm.noOp();
  await llm.noOp();
}

/** As `executeTicket`: journal, settle. */
export async function bareTicket(): Promise<void> {
  await records.noOp();
  await broker.noOp();
}

/** As the part of `researchRun` that its caller waits for. */
export async function bareEnqueue(): Promise<void> {
  await records.noOp();
}
