import type { SettledTicket } from '../../src/contracts/activities/ticket.ts';
import { FoliosError } from '../../src/contracts/errors.ts';
import type { MarketDate } from '../../src/domain/market/market-date.ts';
import { type DecimalString, dec } from '../../src/domain/money/decimal.ts';
import { nextOrderState, OrderEvent, OrderSide, OrderState } from '../../src/domain/orders/order-state.ts';
import { cashOf } from '../../src/domain/portfolio/ledger.ts';
import { settleFills } from '../../src/domain/portfolio/settle.ts';
import type { Broker, Fill } from '../../src/ports/broker.ts';
import type { AccountRecord, OrderRecord } from '../../src/ports/repositories.ts';
import { asRows, readBooks } from './books.ts';
import type { TicketPorts } from './ports.ts';
import { refusalsOf } from './trading-mode.ts';

/** Fills at the broker and books all of it at once. A second call finds the ticket settled and only reads. */
export async function settle(
  ports: TicketPorts,
  ticket: { ticketId: string; taskId: string; marketDate: MarketDate },
  account: AccountRecord,
): Promise<SettledTicket> {
  const { ticketId, taskId, marketDate: day } = ticket;
  const { accountId } = account;
  const [orders, isSettled] = await Promise.all([
    ports.portfolio.listOrders({ ticketId }),
    ports.portfolio.isSettled(ticketId),
  ]);
  if (isSettled) return bookedBefore(ports, ticketId, accountId);
  const pending = orders.filter((order) => order.state === OrderState.pending);
  const prices = new Map(pending.map((order) => [order.ticker, order.referencePrice]));
  // The switch may have been turned since the orders were sized: this is the last moment before the broker.
  const [before, restriction] = await Promise.all([
    readBooks(ports, account, day, prices),
    ports.tradingSwitch.restrictionOf(accountId),
  ]);
  const refusal = refusalsOf(restriction, before.positions);
  const { fills, denied } = await fillAllowed(ports.broker, pending, cashOf(before.balances), refusal);
  const books = settleFills({ ...before, fills });
  const at = ports.clock.now();
  const isBooked = await ports.portfolio.settle({
    ticketId,
    taskId,
    accountId,
    orders: [...fills.map((fill) => filled(pending, fill)), ...denied],
    executions: fills.map((fill) => execution(pending, fill, at)),
    ...asRows(books, accountId, day, at),
    at,
  });
  if (!isBooked) return bookedBefore(ports, ticketId, accountId);
  const { cashUsd, positionsUsd, totalUsd } = books;
  const deniedCount = denied.length + orders.filter((order) => order.state === OrderState.denied).length;
  return { ticketId, accountId, filledCount: fills.length, deniedCount, cashUsd, positionsUsd, totalUsd };
}

/**
 * Fills what the kill switch lets through and the cash still covers, which another ticket of the account may have used
 * since the orders were sized; the rest is denied.
 */
async function fillAllowed(
  broker: Broker,
  orders: readonly OrderRecord[],
  cashUsd: DecimalString,
  refusal: (order: OrderRecord) => string | null,
) {
  let cash = dec(cashUsd);
  const fills: Fill[] = [];
  const denied: ReturnType<typeof deny>[] = [];
  for (const order of [...orders].sort(sellsFirst)) {
    const reason = refusal(order);
    if (reason !== null) {
      denied.push(deny(order, reason));
      continue;
    }
    const notional = dec(order.quantity).times(order.referencePrice);
    if (order.side === OrderSide.buy && notional.greaterThan(cash)) {
      denied.push(
        deny(order, `the cash left is ${cash.toFixed(2)} USD, but the order costs ${notional.toFixed(2)} USD`),
      );
      continue;
    }
    const fill = await broker.execute(order, order.referencePrice);
    cash = order.side === OrderSide.buy ? cash.minus(notional) : cash.plus(notional);
    cash = cash.minus(fill.commissionUsd);
    fills.push(fill);
  }
  return { fills, denied };
}

function sellsFirst(a: OrderRecord, b: OrderRecord): number {
  return Number(a.side === OrderSide.buy) - Number(b.side === OrderSide.buy);
}

function filled(orders: readonly OrderRecord[], fill: Fill) {
  const order = orderOf(orders, fill);
  return {
    orderId: order.orderId,
    state: moved(order, OrderEvent.fill),
    stateReason: null,
    filledQuantity: fill.quantity,
    averageFillPrice: fill.price,
  };
}

function deny(order: OrderRecord, reason: string) {
  return {
    orderId: order.orderId,
    state: moved(order, OrderEvent.deny),
    stateReason: reason,
    filledQuantity: '0',
    averageFillPrice: null,
  };
}

function moved(order: OrderRecord, event: OrderEvent): OrderState {
  const next = nextOrderState(order.state, event);
  if (next) return next;
  throw new FoliosError('TICKET_CONFLICT', `order ${order.orderRef} is ${order.state} and cannot ${event}`);
}

function execution(orders: readonly OrderRecord[], fill: Fill, at: Date) {
  const { execId, ticker, side, quantity, price, commissionUsd } = fill;
  return {
    execId,
    orderId: orderOf(orders, fill).orderId,
    ticker,
    side,
    quantity,
    price,
    commissionUsd,
    executedAt: at,
  };
}

function orderOf(orders: readonly OrderRecord[], fill: Fill): OrderRecord {
  const order = orders.find((one) => one.orderRef === fill.orderRef);
  if (order) return order;
  throw new FoliosError('TICKET_CONFLICT', `the broker filled ${fill.orderRef}, which is not an order of this ticket`);
}

async function bookedBefore(ports: TicketPorts, ticketId: string, accountId: string): Promise<SettledTicket> {
  const orders = await ports.portfolio.listOrders({ ticketId });
  const snapshot = (await ports.portfolio.listSnapshots(accountId)).at(-1);
  return {
    ticketId,
    accountId,
    filledCount: orders.filter((order) => order.state === OrderState.filled).length,
    deniedCount: orders.filter((order) => order.state === OrderState.denied).length,
    cashUsd: snapshot?.cashUsd ?? '0',
    positionsUsd: snapshot?.positionsUsd ?? '0',
    totalUsd: snapshot?.totalUsd ?? '0',
  };
}
