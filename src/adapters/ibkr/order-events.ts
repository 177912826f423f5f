import {
  type Contract,
  EventName,
  type Execution,
  type CommissionReport as IbCommission,
  type Order as IbOrder,
  type OrderState as IbOrderState,
  SecType,
} from '@stoqey/ib';
import { OrderEvent } from '../../domain/orders/order-state.ts';
import type { BrokerReport } from '../../ports/broker-session.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Connection } from './connection.ts';
import { isAboutCancel, isLateRefusal, isWarning } from './error-codes.ts';
import { type KnownOrder, type KnownOrders, noteOpenOrder, noteStatus, OVER, WORKING } from './known-orders.ts';
import type { IbkrLog } from './log.ts';
import { commissionReport, executionReport, refusalReport, statusReport } from './reports.ts';
import type { Timers } from './timers.ts';

/** A refusal may come as a status first, which alone could also be a halt or a cancel by hand: its number follows at once. */
export const REFUSAL_FOLLOWS_MS = 250;

/** What was heard of one order, for those who wait for an answer about it. */
export type OrderNews =
  | { readonly kind: 'open'; readonly order: IbOrder; readonly state: IbOrderState }
  | { readonly kind: 'status'; readonly status: string }
  | { readonly kind: 'error'; readonly code: number; readonly message: string };

export interface OrderEventsOptions {
  /** Errors name orders of this client only. */
  readonly clientId: number;
  /** A gateway may serve accounts that are not ours: what happens in those is not reported. */
  readonly accounts: readonly string[];
  readonly known: KnownOrders;
  /** In which times without a zone are written. */
  readonly zoneOfGateway: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: IbkrLog;
  readonly publish: (report: BrokerReport) => void;
}

export interface OrderEvents {
  /** Follows our order until the returned function is called. */
  watch(orderId: number, listener: (news: OrderNews) => void): () => void;
}

/** Listens to everything that a connection says about orders: remembers it, reports it and tells those who wait for it. */
export function listenToOrders(connection: Connection, options: OrderEventsOptions): OrderEvents {
  const watchers = new Map<number, Set<(news: OrderNews) => void>>();
  const tell = (orderId: number, news: OrderNews) => {
    for (const listener of [...(watchers.get(orderId) ?? [])]) listener(news);
  };
  options.known.startConnection();
  listenToStates(connection, options, tell);
  listenToErrors(connection, options, tell);
  listenToExecutions(connection, options);
  return {
    watch(orderId, listener) {
      const listeners = watchers.get(orderId) ?? new Set();
      watchers.set(orderId, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) watchers.delete(orderId);
      };
    },
  };
}

type Tell = (orderId: number, news: OrderNews) => void;

function listenToStates(connection: Connection, options: OrderEventsOptions, tell: Tell): void {
  const { clientId, known, log } = options;
  connection.listen(EventName.openOrder, (orderId: number, contract: Contract, order: IbOrder, state: IbOrderState) => {
    // A what-if is answered as if it were an open order.
    if (!order.whatIf) {
      const shown = noteOpenOrder(known, orderId, contract, order, state);
      // The status that belongs to it may get lost; where it does not, both are one report.
      if (WORKING.has(state.status) && shown.status === state.status && shown.filled === 0)
        publishStatus(options, shown);
    }
    if (order.clientId === clientId) tell(orderId, { kind: 'open', order, state });
  });
  connection.listen(EventName.orderStatus, (...args: StatusArgs) => {
    const [orderId, status, filled, remaining, , permId, , , client, whyHeld] = args;
    const order = known.byOrderId(client ?? clientId, orderId);
    if (order) {
      order.permId = permId || order.permId;
      const heard = { status, filled: filled ?? 0, remaining: remaining ?? 0, whyHeld: whyHeld ?? '' };
      if (noteStatus(order, heard)) publishStatus(options, order);
    } else if (orderId !== 0) log.info({ orderId, status }, 'a status of an order that was not shown yet');
    if (client === undefined || client === clientId) tell(orderId, { kind: 'status', status });
  });
  connection.listen(EventName.completedOrder, (_contract: Contract, shown: IbOrder, state: IbOrderState) => {
    const order = known.byRef(shown.orderRef ?? '');
    // What ended while nobody listened must not look as if it worked.
    if (order && order.permId === shown.permId && OVER.has(state.status)) order.status = state.status;
  });
}

type StatusArgs = [
  orderId: number,
  status: string,
  filled: number | undefined,
  remaining: number | undefined,
  averagePrice: number,
  permId: number | undefined,
  parentId: number | undefined,
  lastFillPrice: number | undefined,
  clientId: number | undefined,
  whyHeld: string | undefined,
];

function publishStatus(options: OrderEventsOptions, order: KnownOrder): void {
  const { clock, timers, publish } = options;
  const report = isForeign(options, order.order?.account) ? null : statusReport(order, clock.now());
  if (!report) return;
  const mayBeRefused = !order.wasTaken && order.refusal === null && report.event !== OrderEvent.fill;
  if (!mayBeRefused) publish(report);
  else timers.after(REFUSAL_FOLLOWS_MS, () => publish(statusReport(order, clock.now()) ?? report));
}

function listenToErrors(
  connection: Connection,
  { clientId, known, clock, log, publish }: OrderEventsOptions,
  tell: Tell,
): void {
  connection.listen(EventName.error, (error: Error, code: number, orderId: number) => {
    const order = known.byOrderId(clientId, orderId);
    if (!order) return;
    const words = `${code}: ${error.message}`;
    if (judgeError(order, code) === 'refused') {
      order.refusal = words;
      order.status ??= 'Inactive';
      publish(refusalReport(order, `error ${code}`, clock.now()));
    } else if (!order.isBeingModified) order.reason = words;
    log.warn({ orderRef: order.orderRef, code }, `about an order: ${error.message}`);
    tell(orderId, { kind: 'error', code, message: error.message });
  });
}

function listenToExecutions(connection: Connection, options: OrderEventsOptions): void {
  const { clock, log, publish, zoneOfGateway } = options;
  /** Executions whose commissions belong to nothing: of foreign accounts, and summaries of combinations, whose legs are booked. */
  const ignored = new Set<string>();
  connection.listen(EventName.execDetails, (_reqId: number, contract: Contract, execution: Execution) => {
    const isOurs = !isForeign(options, execution.acctNumber) && contract.secType !== SecType.BAG;
    const report = isOurs ? executionReport(contract, execution, zoneOfGateway, clock.now()) : null;
    if (report) publish(report);
    else if (execution.execId) ignored.add(execution.execId);
  });
  connection.listen(EventName.commissionReport, (commission: IbCommission) => {
    if (ignored.has(commission.execId ?? '')) return;
    const report = commissionReport(commission, clock.now());
    if (report) publish(report);
    else log.error({ commission }, 'a commission that cannot be booked: no amount, or not in US dollars');
  });
}

function isForeign({ accounts }: OrderEventsOptions, account: string | undefined): boolean {
  return account !== undefined && !accounts.includes(account);
}

/**
 * Whether an error that names the order refuses it. Once the broker has shown it as working only a few numbers do, and
 * none does while a change of it is under way or after it is over: those are about the change, or late.
 */
export function judgeError(
  order: Pick<KnownOrder, 'status' | 'wasTaken' | 'isBeingModified'>,
  code: number,
): 'refused' | 'heard' {
  if (isWarning(code) || isAboutCancel(code) || order.isBeingModified) return 'heard';
  if (!order.wasTaken) return 'refused';
  if (order.status !== null && OVER.has(order.status)) return 'heard';
  return isLateRefusal(code) || order.status === 'Inactive' ? 'refused' : 'heard';
}
