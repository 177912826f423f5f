import { isWarning, saysOverAlready, TwsCode } from './error-codes.ts';
import { inDoubt, rejected } from './failures.ts';
import { OVER } from './known-orders.ts';
import type { LiveSession } from './live-session.ts';
import { watchForAnswer } from './order-answer.ts';
import type { OrderNews } from './order-events.ts';
import { Priority } from './pacing.ts';
import { findWorkingOrder } from './working-order.ts';

/** What the gateway says to a cancel; null for news that is not about it. */
type Verdict =
  | { readonly kind: 'heard' }
  | { readonly kind: 'refused'; readonly code: number; readonly message: string };

/**
 * Asks for the cancel of our order, ahead of everything that waits. Returns when the broker has heard it; that it
 * happened comes as a report. An order that is over, or that was never here, is no error. Silence is BROKER_UNAVAILABLE
 * with effect unknown; a cancel may be repeated.
 */
export async function cancelOrder(live: LiveSession, orderRef: string): Promise<void> {
  const orderId = await cancellableId(live, orderRef);
  if (orderId === null) return;
  live.assertReady();
  const watch = watchForAnswer<Verdict>(live, orderId, judgeCancelNews);
  try {
    await live.connection.send(Priority.cancel, (ib) => {
      live.assertReady();
      ib.cancelOrder(orderId, '');
      watch.sent();
    });
  } catch (error) {
    watch.stop();
    throw error;
  }
  const answer = await watch.answer;
  if (answer.kind === 'silent') throw inDoubt(`the cancel of ${orderRef}: ${answer.reason}`);
  if (answer.value.kind === 'refused')
    throw rejected(`the cancel of ${orderRef} was refused: ${answer.value.message}`, answer.value.code);
}

/**
 * The id under which the order can be cancelled. An order whose id we wrote down but that the gateway does not show may
 * be one that it holds untransmitted, or be late: it is cancelled by its id all the same.
 */
async function cancellableId(live: LiveSession, orderRef: string): Promise<number | null> {
  const known = live.known.byRef(orderRef);
  if (known?.status && OVER.has(known.status)) return null;
  const order = await findWorkingOrder(live, orderRef);
  if (order) return order.orderId;
  const over = live.known.byRef(orderRef)?.status;
  return over && OVER.has(over) ? null : live.orderIdStore.find(orderRef);
}

export function judgeCancelNews(news: OrderNews): Verdict | null {
  if (news.kind === 'error') {
    if (isWarning(news.code)) return null;
    if (news.code === TwsCode.orderCancelled || saysOverAlready(news.code)) return { kind: 'heard' };
    return { kind: 'refused', code: news.code, message: news.message };
  }
  const status = news.kind === 'open' ? news.state.status : news.status;
  return status === 'PendingCancel' || OVER.has(status) ? { kind: 'heard' } : null;
}
