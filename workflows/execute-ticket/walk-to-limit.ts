import { ActivityFailure, condition, isCancellation, log, workflowInfo } from '@temporalio/workflow';
import type { OpenedTicket } from '../../src/contracts/activities/order-ticket.ts';
import { stepFailure } from '../failures.ts';
import type { DeskSteps } from './activities.ts';
import type { OrderBoard } from './order-board.ts';

const AT_LIMIT = { by: 'smart pricing', reason: 'the price has walked to its limit' };

/**
 * Smart pricing: moves the order's price step by step until it fills or the limit is reached, then cancels or leaves it.
 * A run whose history has grown long ends here, too, and the next one walks on.
 */
export async function walkToLimit(
  ticketId: string,
  { orderRef, pricing }: NonNullable<OpenedTicket['walk']>,
  board: OrderBoard,
  desk: DeskSteps,
): Promise<void> {
  const isOver = () => board.openOf([orderRef]).length === 0;
  while (!(await condition(isOver, pricing.everySeconds * 1000))) {
    if (workflowInfo().continueAsNewSuggested) return;
    try {
      const walked = await desk.walk({ ticketId, orderRef });
      board.step = walked.kind === 'price' ? `working at ${walked.price}` : board.step;
      if (walked.kind !== 'at_limit') continue;
      board.step = 'working at the limit of its price';
      if (pricing.atLimit === 'leave' || isOver()) return;
      board.tell(await desk.cancel({ ticketId, orderRefs: [orderRef], ...AT_LIMIT }));
      return;
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
      // The order keeps its price; the next step asks again.
      const { code, reason } = stepFailure(error, 'BROKER_UNAVAILABLE');
      log.warn('a price could not be moved', { code, reason });
    }
  }
}
