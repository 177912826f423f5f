import { ActivityFailure, isCancellation, log } from '@temporalio/workflow';
import { OrderState } from '../../src/domain/orders/order-state.ts';
import { stepFailure } from '../failures.ts';
import { books, type DeskSteps } from './activities.ts';
import type { OrderBoard } from './order-board.ts';

/** An order that was proven absent so often is not given to the broker again: something is wrong that we do not see. */
const MAX_SUBMISSIONS = 3;

/**
 * Brings the orders of one placement to the broker, each once, whatever crashes. After any failure the broker is asked
 * what it has of them; only those are given to it again of which it has nothing.
 */
export async function submitOnce(
  ticketId: string,
  placement: readonly string[],
  board: OrderBoard,
  desk: DeskSteps,
): Promise<void> {
  let submission = 1;
  let orderRefs = placement.filter((ref) => board.stateOf(ref) === OrderState.pending);
  // A continued or repeated run finds orders that were given to the broker before and not confirmed.
  let isInDoubt = placement.some((ref) => board.stateOf(ref) === OrderState.submitted);
  if (isInDoubt) orderRefs = [...board.openOf(placement)];
  while (orderRefs.length > 0) {
    if (!isInDoubt) {
      try {
        board.step = submission === 1 ? 'submitting' : `submitting again (${submission})`;
        board.tell(await desk.submit({ ticketId, orderRefs, submission }));
        return;
      } catch (error) {
        if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
        const { code, reason } = stepFailure(error, 'BROKER_UNAVAILABLE');
        log.warn('a submit is in doubt', { code, reason, submission });
        board.step = `in doubt after ${code}: looking for the orders at the broker`;
      }
    }
    isInDoubt = false;
    const found = await desk.find({ ticketId, orderRefs });
    board.tell(found.news);
    if (found.undecided.length > 0) {
      const reason = 'the broker does not remember the day of its submission';
      board.tell(await books.lose({ ticketId, orderRefs: found.undecided, reason }));
    }
    orderRefs = [...board.openOf(found.absent)];
    submission = found.submissions + 1;
    if (orderRefs.length > 0 && submission > MAX_SUBMISSIONS) {
      const reason = `it was given to the broker ${found.submissions} times and never arrived`;
      board.tell(await books.lose({ ticketId, orderRefs, reason }));
      return;
    }
  }
}
