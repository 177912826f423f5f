import type { Contract, Execution, CommissionReport as IbCommission } from '@stoqey/ib';
import { SecType } from '@stoqey/ib';
import { OrderEvent, OrderSide } from '../../domain/orders/order-state.ts';
import type { CommissionReport, ExecutionReport, OrderStatusReport } from '../../ports/broker-session.ts';
import { toDecimalString, toInstrument } from './ib-contract.ts';
import { parseIbTime } from './ib-time.ts';
import { type KnownOrder, OVER } from './known-orders.ts';

/**
 * A status word in our terms; null where nothing has happened yet to the order. A working order that has traded shows the
 * same word as one that has not; `isRefused` tells that an error said so before.
 */
export function orderEventOf(
  status: string,
  { isRefused, filled }: { isRefused: boolean; filled: number },
): OrderEvent | null {
  switch (status) {
    case 'PreSubmitted':
    case 'Submitted':
      return filled > 0 ? OrderEvent.partialFill : OrderEvent.accept;
    case 'Filled':
      return OrderEvent.fill;
    case 'Cancelled':
    case 'ApiCancelled':
      return isRefused ? OrderEvent.reject : OrderEvent.cancel;
    case 'Inactive':
      return isRefused ? OrderEvent.reject : OrderEvent.deactivate;
    default:
      // ApiPending, PendingSubmit, PendingCancel and words of the future: the word that follows decides.
      return null;
  }
}

/** What of an order its report is made of. */
export type ReportedOrder = Pick<
  KnownOrder,
  'orderRef' | 'permId' | 'status' | 'filled' | 'remaining' | 'refusal' | 'reason' | 'wakings'
>;

/**
 * The report of the order's present status; null where it says nothing or the order is not ours. An order is refused
 * once: the error and the status word that follows it are one report. The key is the same for every repetition, also after a
 * reconnect; an order that sleeps and wakes says the same words again and means something new.
 */
export function statusReport(order: ReportedOrder, at: Date): OrderStatusReport | null {
  if (order.orderRef === '' || order.status === null) return null;
  const event = orderEventOf(order.status, { isRefused: order.refusal !== null, filled: order.filled });
  if (event === null) return null;
  if (event === OrderEvent.reject) return refusalReport(order, order.status, at);
  const remaining = order.remaining ?? 0;
  const key = `${order.permId ?? order.orderRef}/${order.status}/${order.filled}/${remaining}`;
  return {
    kind: 'status',
    // An order ends once, whoever tells of it: a completed order is shown without its past.
    key: order.wakings === 0 || OVER.has(order.status) ? key : `${key}/awake ${order.wakings}`,
    orderRef: order.orderRef,
    brokerOrderId: idText(order.permId),
    at,
    event,
    brokerStatus: order.status,
    reason: order.reason,
    filledQuantity: toDecimalString(order.filled),
    remainingQuantity: toDecimalString(remaining),
  };
}

/** The broker refused the order, whatever word it used. */
export function refusalReport(order: ReportedOrder, brokerStatus: string, at: Date): OrderStatusReport {
  return {
    kind: 'status',
    key: `${order.orderRef}/rejected`,
    orderRef: order.orderRef,
    brokerOrderId: idText(order.permId),
    at,
    event: OrderEvent.reject,
    brokerStatus,
    reason: order.refusal,
    filledQuantity: toDecimalString(order.filled),
    remainingQuantity: '0',
  };
}

/**
 * An execution; null for the summary of a combination, whose legs are executions of their own, and for one without id
 * or quantity. `arrivedAt` stands in for a time that cannot be read.
 */
export function executionReport(
  contract: Contract,
  execution: Execution,
  zoneOfGateway: string,
  arrivedAt: Date,
): ExecutionReport | null {
  const { execId, shares, price } = execution;
  if (contract.secType === SecType.BAG || !execId || shares === undefined || price === undefined) return null;
  const [quantity, paid] = [toDecimalString(shares), toDecimalString(price)];
  return {
    kind: 'execution',
    // The id told again with other facts is no repetition: it must be kept for a person.
    key: `${execId}/${quantity}@${paid}`,
    orderRef: execution.orderRef ?? '',
    brokerOrderId: idText(execution.permId),
    at: parseIbTime(execution.time ?? '', zoneOfGateway) ?? arrivedAt,
    execId,
    correctsExecId: correctedExecId(execId),
    instrument: toInstrument(contract),
    side: execution.side === 'SLD' ? OrderSide.sell : OrderSide.buy,
    quantity,
    price: paid,
  };
}

/**
 * The execution that this one corrects: a correction repeats the id but for its last part, which counts from 01. Null for
 * a first one.
 */
export function correctedExecId(execId: string): string | null {
  const match = /^(.*\.)(\d+)$/.exec(execId);
  const revision = Number(match?.[2] ?? 1);
  if (!match || revision <= 1) return null;
  return `${match[1]}${String(revision - 1).padStart(match[2]?.length ?? 0, '0')}`;
}

/** What an execution cost; null while the broker does not know, or where it is not in US dollars. */
export function commissionReport(commission: IbCommission, at: Date): CommissionReport | null {
  const { execId, commission: amount, currency } = commission;
  if (!execId || amount === undefined || currency !== 'USD') return null;
  return { kind: 'commission', key: `commission/${execId}`, execId, commissionUsd: toDecimalString(amount), at };
}

/** The broker's permanent id; 0 stands for none. */
function idText(permId: number | null | undefined): string | null {
  return permId ? String(permId) : null;
}
