import type { FoundOrders, OrdersOfTicket } from '../../src/contracts/activities/order-ticket.ts';
import { isTerminal } from '../../src/domain/orders/order-state.ts';
import type { BrokerStatement } from '../../src/ports/broker-session.ts';
import type { TicketOrder } from '../../src/ports/order-journal.ts';
import { notYet } from '../failures.ts';
import { tradingDay } from './gate.ts';
import { ordersOf, requireTicket, standOf } from './news.ts';
import type { DeskPorts } from './ports.ts';
import { whenReady } from './when-ready.ts';

/**
 * What became of orders that are in doubt. The broker is asked, connected and after a quiet period, for open orders,
 * completed orders and executions; everything it tells is journaled. Only an order of which all three say nothing is
 * absent. Of an order that was submitted on an earlier day a broker's silence proves nothing.
 */
export async function findOrders(ports: DeskPorts, { ticketId, orderRefs }: OrdersOfTicket): Promise<FoundOrders> {
  const { journal, session, account, clock } = ports;
  const ticket = await requireTicket(journal, ticketId);
  const orders = ordersOf(ticket, orderRefs).filter(({ state }) => !isTerminal(state));
  const submissions = Math.max(0, ...orders.map((order) => order.submissions));
  if (ports.plantedBug) {
    return { absent: orders.map(refOf), submissions, undecided: [], news: standOf(ticket, orderRefs) };
  }
  await whenReady(session);
  requireQuiet(ports, orders);
  const statement = await session.statement(account.brokerAccount);
  await recordStatement(ports, statement);
  const present = refsIn(statement);
  const missing = orders.filter(({ planned }) => !present.has(planned.orderRef));
  const isRecent = (await tradingDay(ports, account)) === ticket.marketDate;
  const absent = missing.filter(({ submissions }) => isRecent || submissions === 0).map(refOf);
  const undecided = missing.map(refOf).filter((ref) => !absent.includes(ref));
  for (const ref of missing.map(refOf)) {
    const what = absent.includes(ref) ? 'proven absent at the broker' : 'not found, and its day is over';
    await journal.note(ref, { what, askedAt: statement.at.toISOString() }, clock.now());
  }
  return { absent, submissions, undecided, news: standOf(await requireTicket(journal, ticketId), orderRefs) };
}

/** Journals what a statement tells: executions and commissions, and how each order stands that is ours. */
export async function recordStatement(ports: DeskPorts, statement: BrokerStatement): Promise<void> {
  const shown = [...statement.openOrders, ...statement.completedOrders].flatMap(({ report }) => report ?? []);
  // Executions first: a status that tells of a fill is believed when the executions are there.
  await ports.recordReports([...statement.reports, ...shown]);
}

function refsIn({ openOrders, completedOrders, reports }: BrokerStatement): ReadonlySet<string> {
  const traded = reports.flatMap((report) => (report.kind === 'commission' ? [] : [report.orderRef]));
  return new Set([...openOrders, ...completedOrders].map(({ orderRef }) => orderRef).concat(traded));
}

/** What was sent a moment ago may still be on its way to the broker's books. */
function requireQuiet({ clock, quietPeriodMs }: DeskPorts, orders: readonly TicketOrder[]): void {
  const last = Math.max(0, ...orders.map(({ submittedAt }) => submittedAt?.getTime() ?? 0));
  const leftMs = last + quietPeriodMs - clock.now().getTime();
  if (leftMs > 0) throw notYet('BROKER_UNAVAILABLE', `waiting ${leftMs} ms for the quiet period to end`, leftMs);
}

function refOf({ planned }: TicketOrder): string {
  return planned.orderRef;
}
