import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import type { Activities } from '../../src/main/services.ts';
import { type RunningWorkers, startWorkers } from '../../src/main/workers.ts';
import type { Stand } from '../stand/stand.ts';
import { type BareDeskActivities, bareNewsSignal, type NoOpActivities } from './workflows.ts';

export interface BareService {
  readonly client: Client;
  stop(): Promise<void>;
}

/**
 * The product's workers with all their settings, on the same queues of another namespace, but with workflows that only
 * have the product's shape and activities that do nothing. `deskQueues` are those of trading accounts.
 */
export async function startBareService(stand: Stand, deskQueues: readonly string[] = []): Promise<BareService> {
  const { service, config } = stand;
  const namespace = await stand.createNamespace();
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, 'workflows.ts'),
    logger: new DefaultLogger('WARN'),
  });
  const noOps: NoOpActivities = { noOp: async () => undefined };
  const activities = { workflows: noOps, llm: noOps, broker: noOps } as unknown as Activities;
  const connection = await service.temporal.native();
  const workers: RunningWorkers = await startWorkers(
    config,
    service.services,
    { connection, namespace, workflowBundle },
    activities,
  );
  const client = new Client({ connection: service.temporal.connection, namespace });
  const tell: BareDeskActivities = { tell: (id) => client.workflow.getHandle(id).signal(bareNewsSignal) };
  const desks = await Promise.all(
    deskQueues.map((taskQueue) => Worker.create({ connection, namespace, taskQueue, activities: { ...tell } })),
  );
  const desksDone = Promise.all(desks.map((desk) => desk.run()));
  return {
    client,
    async stop() {
      for (const desk of desks) desk.shutdown();
      await Promise.all([desksDone, workers.stop()]);
    },
  };
}
