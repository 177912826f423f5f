import {
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { TicketActivities } from '../../src/contracts/activities/ticket.ts';
import { researchSearchAttributes, SEARCH_ATTRIBUTES } from '../../src/contracts/search-attributes.ts';
import { brokerTaskQueue } from '../../src/contracts/task-queues.ts';
import { finalFailure } from '../failures.ts';
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

/** A task's recommendations as orders of its paper portfolio: journal → fill → settle. */
export async function executePortfolioTicket(input: ExecuteTicketInput): Promise<SettledTicket> {
  let step = 'journaling';
  setHandler(ticketStepQuery, () => step);
  try {
    const journal = await journalTicket(input);
    const { ticketId, taskId, accountId, marketDate } = journal;
    step = 'settling';
    // A run gives its tickets their search attributes at the start; every later change of one costs an event.
    if (!workflowInfo().typedSearchAttributes.get(SEARCH_ATTRIBUTES.account)) {
      upsertSearchAttributes([
        ...researchSearchAttributes(journal.strategyId, journal.provider),
        { key: SEARCH_ATTRIBUTES.account, value: accountId },
      ]);
    }
    setCurrentDetails(
      `**${step}**: ${journal.orderCount} orders, ${journal.deniedCount} denied, at prices of ${journal.marketDate}, paper account \`${journal.accountId}\``,
    );
    const settled = await settleTicket({ ticketId, taskId, accountId, marketDate });
    step = 'settled';
    setCurrentDetails(
      `**settled**: ${settled.filledCount} filled, ${settled.deniedCount} denied; cash $${settled.cashUsd}, positions $${settled.positionsUsd}, total $${settled.totalUsd}`,
    );
    return settled;
  } catch (error) {
    throw finalFailure(error, 'DATABASE_UNREACHABLE');
  }
}
