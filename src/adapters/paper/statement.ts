import { dec } from '../../domain/money/decimal.ts';
import { describeTradable } from '../../domain/orders/describe-order.ts';
import { multiplierOf } from '../../domain/orders/exposure.ts';
import type { BrokerOrderView, BrokerPosition, BrokerReport, BrokerStatement } from '../../ports/broker-session.ts';
import type { PaperBook } from './paper-book.ts';
import { isLive, type PaperOrder, type PaperPosition } from './paper-state.ts';
import { commissionReport, executionReport, statusReport } from './reports.ts';

/** Everything of an account: all open orders, and what ended today and on the trading day before. */
export function statementOf(book: PaperBook, account: string, at: Date): BrokerStatement {
  const orders = [...book.orders.values()];
  return {
    account,
    openOrders: orders.filter(isLive).map(orderView),
    completedOrders: orders.filter((order) => !isLive(order)).map(orderView),
    reports: book.executions.flatMap((one): BrokerReport[] => [executionReport(one), commissionReport(one)]),
    positions: heldOf(book).map(positionOf),
    cashUsd: book.cash.toFixed(),
    at,
  };
}

/** What the account has a position of. */
export function heldOf({ positions }: PaperBook): readonly PaperPosition[] {
  return [...positions.values()].filter(({ quantity }) => !dec(quantity).isZero());
}

/** Every report that the account's present state amounts to, for whoever may have missed some. */
export function presentReports(book: PaperBook): readonly BrokerReport[] {
  return [
    ...book.executions.map(executionReport),
    ...[...book.orders.values()].map(statusReport),
    ...book.executions.map(commissionReport),
  ];
}

function orderView(paper: PaperOrder): BrokerOrderView {
  const { brokerOrderId, status, filled } = paper;
  const { orderRef, side, tradable, quantity } = paper.order;
  return {
    ...{ orderRef, brokerOrderId, brokerStatus: status, isOpen: isLive(paper), side, quantity },
    description: describeTradable(tradable),
    filledQuantity: filled,
    report: statusReport(paper),
  };
}

/** The average cost of an option is kept per contract and told per unit of its underlying. */
function positionOf({ instrument, quantity, averageCost }: PaperPosition): BrokerPosition {
  return { instrument, quantity, averageCost: dec(averageCost).div(multiplierOf(instrument)).toFixed() };
}
