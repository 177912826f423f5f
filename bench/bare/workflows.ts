import { condition, defineSignal, executeChild, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import { brokerTaskQueue, llmTaskQueue } from '../../src/contracts/task-queues.ts';
import type { ProviderName } from '../../src/domain/research/provider.ts';

export interface NoOpActivities {
  noOp(): Promise<void>;
}

/** Signals the workflow and does nothing else. */
export interface BareDeskActivities {
  tell(workflowId: string): Promise<void>;
}
export const bareNewsSignal = defineSignal('news');

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

/** As a written ticket that fills at once: open, submit, the news of its fill, settle. */
export async function bareOrderTicket(queue: string): Promise<void> {
  let isTold = false;
  setHandler(bareNewsSignal, () => {
    isTold = true;
  });
  const desk = proxyActivities<BareDeskActivities>({ ...options, taskQueue: queue });
  await records.noOp();
  await desk.tell(workflowInfo().workflowId);
  await condition(() => isTold);
  await records.noOp();
}

/** As the part of `researchRun` that its caller waits for. */
export async function bareEnqueue(): Promise<void> {
  await records.noOp();
}
