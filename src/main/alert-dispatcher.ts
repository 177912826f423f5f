import { setTimeout as delay } from 'node:timers/promises';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Logger } from 'pino';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import { WORKFLOW_TASK_QUEUE } from '../contracts/task-queues.ts';
import { workflowIds } from '../contracts/workflow-ids.ts';
import type { AlertDeliveries, OwnedIds } from '../ports/alerts.ts';
import type { Clock } from '../ports/clock.ts';

const LOOK_EVERY_MS = 1_000;
const BATCH = 100;

export interface DispatcherOptions {
  readonly deliveries: AlertDeliveries;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  ownedBy(ownerId: string): Promise<OwnedIds>;
  /** Looks at what else should be alerted, in every round. */
  watch?(): Promise<void>;
  readonly lookEveryMs?: number;
}

/**
 * Takes alerts from the table to their channels: a workflow for each alert and channel, whose id makes starting it twice
 * harmless. An alert waits in the table while Temporal is away, and several processes may do this side by side.
 */
export function startAlertDispatcher(options: DispatcherOptions): { stop(): Promise<void> } {
  const { deliveries, clock, log, lookEveryMs = LOOK_EVERY_MS } = options;
  const stopping = new AbortController();
  const round = async () => {
    while ((await deliveries.plan(options.ownedBy, clock.now())) === BATCH);
    for (const { alertId, channelId } of await deliveries.listUnstarted(BATCH)) {
      await startDelivery(options.client, alertId, channelId);
      await deliveries.markStarted(alertId, channelId, clock.now());
    }
  };
  const warn = (what: string) => (error: unknown) => log.warn({ error: String(error) }, what);
  const working = (async () => {
    while (!stopping.signal.aborted) {
      await round().catch(warn('alerts could not be dispatched; they are tried again'));
      await options.watch?.().catch(warn('what should be alerted could not be looked at; it is tried again'));
      await delay(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await working;
    },
  };
}

async function startDelivery(client: Client, alertId: string, channelId: string): Promise<void> {
  try {
    await client.workflow.start('deliverAlert', {
      workflowId: workflowIds.deliverAlert(alertId, channelId),
      taskQueue: WORKFLOW_TASK_QUEUE,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      args: [{ alertId, channelId }],
      typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.kind, value: 'alert' }],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
