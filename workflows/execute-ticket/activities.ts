import { ActivityCancellationType, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type {
  BrokerDeskActivities,
  OpenedTicket,
  OrderTicketActivities,
} from '../../src/contracts/activities/order-ticket.ts';
import { accountTaskQueue } from '../../src/contracts/task-queues.ts';

const retry = { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' } as const;

const record = (summary: string) =>
  proxyActivities<OrderTicketActivities>({ startToCloseTimeout: '30 seconds', retry, summary });

/** Steps on our own books: short, repeated until they work. */
export const books = {
  open: record('hold the orders against the risk gate and commit their intents').openOrderTicket,
  withdraw: record('cancel what was not sent yet').withdrawOrders,
  lose: record('ask a person').loseOrders,
  declareDead: record('close an order that a person declared dead').declareDead,
  settle: record('settle the ticket').settleOrderTicket,
};

/** Steps at the account's broker, on the queue that only the owner of its session polls. */
export function deskSteps({ accountId, accountName, venue }: OpenedTicket) {
  const at = `${accountName} (${venue})`;
  const call = (summary: string, options: ActivityOptions) =>
    proxyActivities<BrokerDeskActivities>({
      taskQueue: accountTaskQueue(accountId),
      summary: `${summary} ${at}`,
      startToCloseTimeout: '1 minute',
      heartbeatTimeout: '6 seconds',
      retry,
      ...options,
    });
  // One attempt: what became of a lost submit is for `findOrders` to find out, never for a blind retry.
  const once: ActivityOptions = {
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  };
  return {
    submit: call('place at', once).submitOrders,
    find: call('look for the orders at', {}).findOrders,
    cancel: call('cancel at', {}).cancelOrders,
    // A refused change is told to whoever asked for it; repeating one that arrived changes nothing.
    modify: call('change at', { retry: { ...retry, maximumAttempts: 3 } }).modifyOrder,
    walk: call('move the price at', { retry: { ...retry, maximumAttempts: 3 } }).walkPrice,
  };
}
export type DeskSteps = ReturnType<typeof deskSteps>;
