import { dec } from '../../domain/money/decimal.ts';
import { multiplierOf } from '../../domain/orders/exposure.ts';
import { instrumentKey, type Tradable } from '../../domain/orders/instrument.ts';
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
    positions: [...book.positions.values()].filter(({ quantity }) => !dec(quantity).isZero()).map(positionOf),
    cashUsd: book.cash.toFixed(),
    at,
  };
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
    description: describe(tradable),
    filledQuantity: filled,
    report: statusReport(paper),
  };
}

function describe(tradable: Tradable): string {
  if (tradable.kind !== 'combo') return instrumentKey(tradable);
  const legs = tradable.legs.map(({ side, ratio, instrument }) => `${side} ${ratio} ${instrumentKey(instrument)}`);
  return `${tradable.symbol} combo: ${legs.join(', ')}`;
}

/** The average cost of an option is kept per contract and told per unit of its underlying. */
function positionOf({ instrument, quantity, averageCost }: PaperPosition): BrokerPosition {
  return { instrument, quantity, averageCost: dec(averageCost).div(multiplierOf(instrument)).toFixed() };
}
