import { AlertKind, type NewAlert, Severity } from '../../src/domain/alerts/alert.ts';
import { OrderState } from '../../src/domain/orders/order-state.ts';
import { EventOutcome, type NewTicket } from '../../src/ports/order-journal.ts';
import type { OrderRecord } from '../../src/ports/repositories.ts';
import type { NewEvent } from './journal-events.ts';
import type { JournaledOrder } from './journal-orders.ts';

const KIND_OF: Partial<Record<OrderState, AlertKind>> = {
  [OrderState.denied]: AlertKind.orderDenied,
  [OrderState.rejected]: AlertKind.orderRejected,
  [OrderState.unknown]: AlertKind.orderUnknown,
};

const WHAT: Partial<Record<AlertKind, string>> = {
  order_denied: 'an order was denied by the risk gate',
  order_rejected: 'an order was rejected by the broker',
  order_unknown: 'nobody knows what became of an order',
};

/** What there is to tell of an order that has just moved: that it was denied, rejected or lost. */
export function orderAlerts(order: JournaledOrder, before: OrderState | null, at: Date): readonly NewAlert[] {
  const { progress, stateReason, accountId, ticketId, planned } = order;
  if (progress.state === before) return [];
  return alertsOf(progress.state, { accountId, ticketId, orderRef: planned.orderRef, reason: stateReason, at });
}

/** What there is to tell of a ticket that is journaled: the orders that the gate denies. */
export function deniedAlerts({ ticketId, accountId, orders, at }: NewTicket): readonly NewAlert[] {
  return orders
    .filter(({ denial }) => denial !== null)
    .flatMap(({ planned, denial }) =>
      alertsOf(OrderState.denied, { accountId, ticketId, orderRef: planned.orderRef, reason: denial, at }),
    );
}

/** The same of the orders of a research ticket. */
export function deniedResearchAlerts(
  { ticketId, accountId }: { readonly ticketId: string; readonly accountId: string },
  orders: readonly Pick<OrderRecord, 'orderRef' | 'state' | 'stateReason'>[],
  at: Date,
): readonly NewAlert[] {
  return orders
    .filter(({ state }) => state === OrderState.denied)
    .flatMap(({ orderRef, stateReason }) =>
      alertsOf(OrderState.denied, { accountId, ticketId, orderRef, reason: stateReason, at }),
    );
}

/** A report that could not be booked: our books may be wrong until somebody has looked. */
export function keptAlert(event: NewEvent, problem: string): NewAlert {
  const { accountId, order, kind, recordedAt } = event;
  const isUnmatched = event.kept?.outcome === EventOutcome.unmatched;
  const about = order === null ? 'no order of ours' : `order ${order.planned.orderRef}`;
  return {
    kind: AlertKind.reportKept,
    // Somebody traded beside folios: to be known, and adopted by the next comparison of the books.
    severity: isUnmatched ? Severity.warning : Severity.critical,
    subject: `a report of the broker could not be booked (${kind} of ${about})`,
    text: `${kind} of ${about}: ${problem}`,
    ...{ strategyId: null, accountId, workflowId: null },
    dedupeKey: `report_kept/${accountId}/${isUnmatched ? 'unmatched' : 'refused'}`,
    at: recordedAt,
  };
}

/** Denied and rejected orders of an account are one alert while they follow each other; a lost one is an alert of its own. */
function alertsOf(
  state: OrderState,
  facts: { accountId: string; ticketId: string; orderRef: string; reason: string | null; at: Date },
): readonly NewAlert[] {
  const kind = KIND_OF[state];
  if (kind === undefined) return [];
  const { accountId, ticketId, orderRef, reason, at } = facts;
  return [
    {
      kind,
      subject: `${WHAT[kind]}: ${orderRef}`,
      text: `${orderRef}: ${reason ?? 'no reason was given'}`,
      ...{ strategyId: null, accountId, workflowId: `ticket/${ticketId}` },
      dedupeKey: kind === AlertKind.orderUnknown ? `${kind}/${orderRef}` : `${kind}/${accountId}`,
      at,
    },
  ];
}
