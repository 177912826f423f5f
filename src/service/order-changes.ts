import { FoliosError } from '../contracts/errors.ts';
import { type OrderSpec, OrderType } from '../domain/orders/order.ts';
import { isTerminal, OrderState } from '../domain/orders/order-state.ts';
import { validateOrder } from '../domain/orders/validate-order.ts';
import type { ListedOrder } from '../ports/order-listing.ts';
import { orderText } from './text/order-terms.ts';
import { invalidTicket } from './ticket-problems.ts';

/** New prices or quantity of a working order, as they were typed. */
export interface OrderModification {
  readonly limitPrice?: string;
  readonly stopPrice?: string;
  readonly quantity?: string;
}

/** Those that are not over, of a written ticket. ORDER_STATE_CONFLICT where nothing is left to do. */
export function requireOpen(orders: readonly ListedOrder[]): readonly ListedOrder[] {
  const open = orders.filter(({ state }) => !isTerminal(state));
  const [first] = open;
  if (first === undefined) {
    const ended = orders.map((order) => `${orderText(order)} is ${order.state}`).join('; ');
    throw new FoliosError('ORDER_STATE_CONFLICT', `nothing is left to do: ${ended}`, {
      orders: orders.map(({ orderRef, state }) => ({ orderRef, state })),
    });
  }
  if (first.taskId !== null) {
    const message = `${orderText(first)} is a research order, which is filled in one step; pause its account instead`;
    throw new FoliosError('ORDER_STATE_CONFLICT', message, { orderRef: first.orderRef, state: first.state });
  }
  return open;
}

/** The order as it would be after the change. INPUT_INVALID, ORDER_INVALID, ORDER_STATE_CONFLICT. */
export function checkChange(order: ListedOrder, change: OrderModification): OrderSpec {
  requireOpen([order]);
  const changed = { ...specOf(order), ...change };
  // While its price walks a limit order has none of its own.
  const isWalked = changed.type === OrderType.limit && changed.limitPrice === undefined;
  const problems = validateOrder(changed, '', { asOf: order.marketDate }, isWalked);
  if (problems.length === 0) return changed;
  const lines = problems.map(({ path, message }) => `${path}: ${message}`);
  throw invalidTicket('the changed order', lines);
}

/** ORDER_STATE_CONFLICT unless nobody knows what became of the order. */
export function requireUnknown(order: ListedOrder): void {
  const { orderRef, state } = order;
  if (state === OrderState.unknown) return;
  const message = `${orderText(order)} is ${state}; only an order whose state is UNKNOWN is declared dead`;
  throw new FoliosError('ORDER_STATE_CONFLICT', message, { orderRef, state });
}

function specOf(order: ListedOrder): OrderSpec {
  const { tradable, side, quantity, type, timeInForce, limitPrice, stopPrice, trailAmount, trailPercent } = order;
  return {
    ...{ tradable, side, quantity, type, timeInForce },
    ...(limitPrice === null ? {} : { limitPrice }),
    ...(stopPrice === null ? {} : { stopPrice }),
    ...(trailAmount === null ? {} : { trailAmount }),
    ...(trailPercent === null ? {} : { trailPercent }),
  };
}
