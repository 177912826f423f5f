import { rejected } from './failures.ts';
import { type KnownOrder, OVER } from './known-orders.ts';
import type { LiveSession } from './live-session.ts';
import { askOpenOrders } from './questions.ts';

/**
 * Our order as the broker shows it working; asks for the open orders where this connection has not shown it. Null where
 * it is not open. Throws BROKER_REJECTED (no effect) for an order of another client, which only that client may touch.
 */
export async function findWorkingOrder(live: LiveSession, orderRef: string): Promise<KnownOrder | null> {
  const shown = live.known.byRef(orderRef);
  if (!shown?.order || shown.status === null)
    await live.oneAtATime(() => askOpenOrders(live.requests, live.deadlines.questionMs));
  const order = live.known.byRef(orderRef);
  if (!order?.order || order.status === null || OVER.has(order.status)) return null;
  if (order.clientId !== live.clientId)
    throw rejected(`${orderRef} belongs to client ${order.clientId}; this session is client ${live.clientId}`, null);
  return order;
}
