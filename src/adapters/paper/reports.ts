import { assertNever } from '../../domain/assert-never.ts';
import { dec } from '../../domain/money/decimal.ts';
import { OrderEvent } from '../../domain/orders/order-state.ts';
import type { CommissionReport, ExecutionReport, OrderStatusReport } from '../../ports/broker-session.ts';
import { type PaperExecution, type PaperOrder, PaperStatus } from './paper-state.ts';

function eventOf({ status, filled }: PaperOrder): OrderEvent {
  switch (status) {
    case PaperStatus.waiting:
    case PaperStatus.working:
      return dec(filled).gt(0) ? OrderEvent.partialFill : OrderEvent.accept;
    case PaperStatus.filled:
      return OrderEvent.fill;
    case PaperStatus.cancelled:
      return OrderEvent.cancel;
    case PaperStatus.expired:
      return OrderEvent.expire;
    case PaperStatus.rejected:
      return OrderEvent.reject;
    default:
      return assertNever(status);
  }
}

/** The order's present state; the same state is the same report, whenever it is told. */
export function statusReport(paper: PaperOrder): OrderStatusReport {
  const { brokerOrderId, status, filled, reason, changedAt } = paper;
  const { orderRef, quantity } = paper.order;
  const isRejected = status === PaperStatus.rejected;
  const remaining = isRejected ? '0' : dec(quantity).minus(filled).toFixed();
  return {
    kind: 'status',
    key: isRejected ? `${brokerOrderId}/rejected` : `${brokerOrderId}/${status}/${filled}/${remaining}`,
    orderRef,
    brokerOrderId,
    at: new Date(changedAt),
    event: eventOf(paper),
    brokerStatus: status,
    reason,
    filledQuantity: filled,
    remainingQuantity: remaining,
  };
}

export function executionReport(execution: PaperExecution): ExecutionReport {
  const { execId, orderRef, brokerOrderId, instrument, side, quantity, price, at } = execution;
  return {
    ...{ kind: 'execution', key: execId, orderRef, brokerOrderId, at: new Date(at), execId, correctsExecId: null },
    ...{ instrument, side, quantity, price },
  };
}

export function commissionReport({ execId, commissionUsd, at }: PaperExecution): CommissionReport {
  return { kind: 'commission', key: `commission/${execId}`, execId, commissionUsd, at: new Date(at) };
}
