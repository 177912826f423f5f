import { dec } from '../../../domain/money/decimal.ts';
import type { OrderStore } from './order-store.ts';
import { type SimOrder, SimStatus } from './sim-order.ts';

/** Reduces by what the filled order no longer needs, without blocking: what TWS gives the children of a bracket. */
const BRACKET_OCA_TYPE = '3';

/** The status of a transmitted order that has no end: it waits for its parent's first fill or for its trigger, or it works. */
export function workingStatus(store: OrderStore, order: SimOrder): SimStatus {
  const parent = store.parent(order);
  const waits = (parent !== null && dec(parent.filled).isZero()) || !order.isTriggered;
  return waits ? SimStatus.preSubmitted : SimStatus.submitted;
}

/** Transmits an order and with it its parent and everything that is held beside it, parents first. */
export function transmitFamily(store: OrderStore, order: SimOrder): void {
  const parent = store.parent(order);
  const siblings = parent === null ? [] : store.children(parent.permId);
  const family = [...(parent === null ? [] : [parent]), ...siblings, order];
  const held = new Set(family.filter((one) => store.order(one.permId).isHeld).map((one) => one.permId));
  if (parent !== null) joinSiblings(store, parent.permId);
  for (const permId of held) {
    const released = store.change(permId, { isHeld: false });
    store.tellOrder(store.change(permId, { status: workingStatus(store, released) }));
  }
}

/** Children of one parent cancel each other, as in TWS, unless their author gave them a group. */
function joinSiblings(store: OrderStore, parentPermId: number): void {
  const children = store.children(parentPermId);
  if (
    children.length < 2 ||
    children.some((child) => child.ocaGroup !== '' && child.ocaGroup !== String(parentPermId))
  ) {
    return;
  }
  for (const child of children) {
    if (child.ocaGroup !== '') continue;
    store.change(child.permId, { ocaGroup: String(parentPermId), ocaType: BRACKET_OCA_TYPE });
  }
}

/**
 * Ends a live order as cancelled and tells its client. Children of a parent that never filled go with it; of one that
 * filled in part they stay, for what was filled.
 */
export function cancelOrder(store: OrderStore, permId: number, reason: string, code: number | null = 202): void {
  const order = store.end(permId, SimStatus.cancelled, reason);
  store.tell({ kind: 'orderStatus', clientId: order.clientId, order });
  if (code !== null) {
    const message = `Order Canceled - reason:${reason}`;
    store.tell({ kind: 'error', clientId: order.clientId, orderId: order.orderId, code, message });
  }
  for (const child of store.children(permId)) {
    const left = store.leftToClose(child, order);
    if (dec(order.filled).isZero() || child.isHeld) cancelOrder(store, child.permId, reason, code);
    else if (dec(child.quantity).gt(left)) resizeOrder(store, child.permId, left);
  }
}

/** Gives a live order another quantity; one that has filled as much already is cancelled. */
export function resizeOrder(store: OrderStore, permId: number, quantity: string): void {
  if (dec(quantity).lte(store.order(permId).filled)) cancelOrder(store, permId, 'Nothing left of the group');
  else store.tellOrder(store.change(permId, { quantity }));
}
