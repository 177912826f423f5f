import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { TicketActivities } from '../../src/contracts/activities/ticket.ts';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/search-attributes.ts';
import { brokerTaskQueue } from '../../src/contracts/task-queues.ts';
import { stepFailure } from '../failures.ts';
import { type ExecuteTicketInput, type SettledTicket, ticketStepQuery } from './messages.ts';

const retry = { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' } as const;
const { journalTicket } = proxyActivities<TicketActivities>({
  startToCloseTimeout: '30 seconds',
  retry,
  summary: 'size the orders and commit their intents',
});
// The paper broker's fills and our books change in one transaction, so repeating this step is harmless.
const { settleTicket } = proxyActivities<TicketActivities>({
  taskQueue: brokerTaskQueue('paper'),
  startToCloseTimeout: '15 seconds',
  retry,
  summary: 'fill at the paper broker and book, once',
});

/** The orders of one task: journal → fill → settle. The only way to an order. */
export async function executeTicket(input: ExecuteTicketInput): Promise<SettledTicket> {
  let step = 'journaling';
  setHandler(ticketStepQuery, () => step);
  try {
    const journal = await journalTicket(input);
    const { ticketId, taskId, accountId, marketDate } = journal;
    step = 'settling';
    upsertSearchAttributes([
      { key: SEARCH_ATTRIBUTES.kind, value: 'research' },
      { key: SEARCH_ATTRIBUTES.strategy, value: journal.strategyId },
      { key: SEARCH_ATTRIBUTES.provider, value: journal.provider },
      { key: SEARCH_ATTRIBUTES.account, value: journal.accountId },
      { key: SEARCH_ATTRIBUTES.state, value: step },
    ]);
    setCurrentDetails(
      `**${step}**: ${journal.orderCount} orders, ${journal.deniedCount} denied, at prices of ${journal.marketDate}, paper account \`${journal.accountId}\``,
    );
    const settled = await settleTicket({ ticketId, taskId, accountId, marketDate });
    step = 'settled';
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.state, value: step }]);
    setCurrentDetails(
      `**settled**: ${settled.filledCount} filled, ${settled.deniedCount} denied; cash $${settled.cashUsd}, positions $${settled.positionsUsd}, total $${settled.totalUsd}`,
    );
    return settled;
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    const failure = stepFailure(error, 'DATABASE_UNREACHABLE');
    throw ApplicationFailure.nonRetryable(failure.reason, failure.code);
  }
}
