import type { Contract, Order as IbOrder, OrderState as IbOrderState } from '@stoqey/ib';

/** What this session has seen of one order at the broker. */
export interface KnownOrder {
  /** Empty for an order that was made by hand at the broker. */
  readonly orderRef: string;
  readonly orderId: number;
  readonly clientId: number;
  permId: number | null;
  /** As the broker showed them last on the present connection; null until it has. */
  contract: Contract | null;
  order: IbOrder | null;
  status: string | null;
  filled: number;
  remaining: number | null;
  /** Whether the broker has ever shown it as working, or traded: after that few errors are refusals. */
  wasTaken: boolean;
  /** The broker's words for a refusal, which later statuses only repeat. */
  refusal: string | null;
  /** The last words that came with the order's id: the reason of the status that follows. */
  reason: string | null;
  /** While a change of it is under way, errors are about the change. */
  isBeingModified: boolean;
  /** How often the broker took it up again after it had set it aside: the same words then tell something new. */
  wakings: number;
}

export const OVER: ReadonlySet<string> = new Set(['Filled', 'Cancelled', 'ApiCancelled']);
/** On its way: the broker has neither taken nor refused it. */
export const UNDECIDED: ReadonlySet<string> = new Set(['PendingSubmit', 'ApiPending', 'Unknown']);

export const WORKING: ReadonlySet<string> = new Set(['PreSubmitted', 'Submitted']);

/** Why TWS does not work an order yet, which is over when it says so no more. */
const HELD = 'held: ';

/** Bounds the memory of a process that runs for months; what is forgotten, a statement shows again. */
const REMEMBERED = 20_000;

/** Orders by their ids. Ids count per client, so another client's order 7 is not ours; by hand is client 0 with order 0. */
export interface KnownOrders {
  byRef(orderRef: string): KnownOrder | null;
  byOrderId(clientId: number, orderId: number): KnownOrder | null;
  /**
   * A new connection begins. What an earlier one showed may have ended since, and a gateway may even have lost it: an
   * order that was changed from such a memory would be a second one.
   */
  startConnection(): void;
  /** The record of an order, made when it is new. */
  remember(ids: { orderRef: string; orderId: number; clientId: number; permId: number | null }): KnownOrder;
}

export function createKnownOrders(): KnownOrders {
  const byKey = new Map<string, KnownOrder>();
  const byRef = new Map<string, KnownOrder>();
  const keyOf = (clientId: number, orderId: number, permId: number | null) =>
    orderId === 0 ? `perm/${permId}` : `${clientId}/${orderId}`;

  const forgetOldest = () => {
    const oldest = [...byKey].find(([, order]) => order.status !== null && OVER.has(order.status));
    if (!oldest) return;
    byKey.delete(oldest[0]);
    // The reference may name a later order by now.
    if (byRef.get(oldest[1].orderRef) === oldest[1]) byRef.delete(oldest[1].orderRef);
  };

  return {
    byRef: (orderRef) => byRef.get(orderRef) ?? null,
    byOrderId: (clientId, orderId) => byKey.get(keyOf(clientId, orderId, null)) ?? null,
    startConnection() {
      for (const order of byKey.values()) Object.assign(order, { contract: null, order: null, isBeingModified: false });
    },
    remember({ orderRef, orderId, clientId, permId }) {
      const key = keyOf(clientId, orderId, permId);
      const known = byKey.get(key);
      // An id of a rolled back gateway may name another order now: then what we knew is not about this one.
      if (known && known.orderRef === orderRef) {
        known.permId = permId || known.permId;
        return known;
      }
      const order: KnownOrder = {
        ...{ orderRef, orderId, clientId, permId: permId || null, contract: null, order: null, status: null },
        ...{
          filled: 0,
          remaining: null,
          wasTaken: false,
          refusal: null,
          reason: null,
          isBeingModified: false,
          wakings: 0,
        },
      };
      byKey.set(key, order);
      if (orderRef !== '') byRef.set(orderRef, order);
      if (byKey.size > REMEMBERED) forgetOldest();
      return order;
    },
  };
}

/** Keeps what the broker shows of an order, also of those made by hand or by another client; a finished one stays finished. */
export function noteOpenOrder(
  known: KnownOrders,
  orderId: number,
  contract: Contract,
  order: IbOrder,
  state: IbOrderState,
): KnownOrder {
  const ids = { orderRef: order.orderRef ?? '', orderId, clientId: order.clientId ?? 0, permId: order.permId ?? null };
  const entry = known.remember(ids);
  entry.contract = contract;
  entry.order = order;
  if (entry.status === null || !OVER.has(entry.status)) moveTo(entry, state.status);
  entry.remaining ??= order.totalQuantity ?? null;
  entry.wasTaken ||= isTaken(entry);
  return entry;
}

/** False for what was overtaken on its way: orders do not come back, so that a finished one cannot work again. */
export function noteStatus(
  order: KnownOrder,
  heard: { status: string; filled: number; remaining: number; whyHeld: string },
): boolean {
  if (order.status !== null && OVER.has(order.status) && !OVER.has(heard.status)) return false;
  moveTo(order, heard.status);
  order.filled = heard.filled;
  order.remaining = heard.remaining;
  order.wasTaken ||= isTaken(order);
  if (heard.whyHeld !== '') order.reason = `${HELD}${heard.whyHeld}`;
  else if (order.reason?.startsWith(HELD)) order.reason = null;
  return true;
}

/** A refused order does not wake: a word that still shows it at work was overtaken. */
function moveTo(order: KnownOrder, status: string): void {
  if (order.status === 'Inactive' && order.refusal === null && WORKING.has(status)) order.wakings += 1;
  order.status = status;
}

function isTaken({ status, filled }: KnownOrder): boolean {
  return filled > 0 || status === 'Filled' || (status !== null && WORKING.has(status));
}
