import type { BrokerDeskActivities } from '../../src/contracts/activities/order-ticket.ts';
import { FoliosError } from '../../src/contracts/errors.ts';
import { isReducing } from '../../src/domain/orders/exposure.ts';
import type { OrderNews } from '../../src/domain/orders/order-news.ts';
import { isTerminal, OrderEvent, OrderState } from '../../src/domain/orders/order-state.ts';
import { isReduceOnly, reductionObstacle } from '../../src/domain/orders/reduce-only.ts';
import { allows, describeRestriction } from '../../src/domain/orders/trading-mode.ts';
import type { RecordedReport, TicketOrder, TicketRecord } from '../../src/ports/order-journal.ts';
import { isOfToday, tradingDay } from './gate.ts';
import { marginDenial } from './margin.ts';
import { ordersOf, requireTicket, standOf } from './news.ts';
import type { DeskPorts } from './ports.ts';
import { whenReady } from './when-ready.ts';

/** An order that waited longer for the owner of the session was decided on prices that are history. */
const MAX_WAIT_MS = 15 * 60_000;

/**
 * Gives orders to the broker, once. The submission is journaled before it happens, so that a second call for the same one
 * sends nothing. What the broker refuses is journaled as rejected; every other failure leaves the orders in doubt.
 */
export async function submitOrders(
  ports: DeskPorts,
  { ticketId, orderRefs, submission }: Parameters<BrokerDeskActivities['submitOrders']>[0],
): Promise<readonly OrderNews[]> {
  const { journal, session, account, clock } = ports;
  await whenReady(session);
  const ticket = await requireTicket(journal, ticketId);
  const orders = ordersOf(ticket, orderRefs).filter(({ state }) => !isTerminal(state));
  const obstacle = await obstacleOf(ports, ticket, orders);
  if (obstacle !== null) return refuse(ports, orders, obstacle);
  const refs = orders.map(({ planned }) => planned.orderRef);
  if (!(await journal.beginSubmission(refs, submission, clock.now()))) {
    throw new FoliosError('BROKER_UNAVAILABLE', `submission ${submission} of ${refs.join(', ')} was begun before`, {
      refs,
    });
  }
  let recorded: readonly RecordedReport[] = [];
  try {
    const reports = await session.place(
      account.brokerAccount,
      orders.map(({ planned }) => planned),
    );
    recorded = await ports.recordReports(reports);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await rejectOpen(ports, ticketId, refs, error.message);
  }
  const news = newsIn(recorded, refs) ?? standOf(await requireTicket(journal, ticketId), refs);
  // The ticket is told by the answer. Where the answer is lost, it asks `findOrders`, which tells all of it again.
  await journal.markTold(news.map(({ eventId }) => eventId));
  return news;
}

/**
 * The last news of each of these orders; null where what was recorded does not end one of them: more may have come
 * meanwhile, and what the answer tells needs no signal.
 */
function newsIn(recorded: readonly RecordedReport[], orderRefs: readonly string[]): readonly OrderNews[] | null {
  const told = recorded.flatMap((one) => (one.kind === 'recorded' && one.news !== null ? [one.news] : []));
  const newest = orderRefs.map((ref) => told.findLast(({ orderRef }) => orderRef === ref));
  return newest.every((news) => news !== undefined && isTerminal(news.state)) ? (newest as OrderNews[]) : null;
}

/** Why the orders may not be sent any more although the gate let them through; null where they may. */
async function obstacleOf(
  ports: DeskPorts,
  ticket: TicketRecord,
  orders: readonly TicketOrder[],
): Promise<string | null> {
  const { account, clock, tradingSwitch, journal } = ports;
  const waitedMs = clock.now().getTime() - ticket.journaledAt.getTime();
  const isFirst = orders.every(({ submissions }) => submissions === 0);
  if (isFirst && waitedMs > MAX_WAIT_MS)
    return `it was not sent within ${MAX_WAIT_MS / 60_000} minutes after the decision`;
  const today = await tradingDay(ports, account);
  if (!orders.every(({ planned }) => isOfToday(planned, ticket.marketDate, today))) {
    return `it was for ${ticket.marketDate}, and the market stands at ${today}`;
  }
  const restriction = await tradingSwitch.restrictionOf(account.accountId);
  if (restriction === null && !isReduceOnly(ticket.spec)) return marginDenial(ports, ticket, orders);
  const { positions, working } = await journal.exposure(account.accountId, clock.now());
  for (const { planned } of orders) {
    const obstacle = reductionObstacle(ticket.spec, planned, { positions, working });
    if (obstacle !== null) return obstacle;
  }
  if (restriction === null) return null;
  const reduces = orders.every(({ planned }) => isReducing(planned, positions, working));
  if (allows(restriction.mode, reduces)) return null;
  return describeRestriction(restriction, restriction.accountId === null ? 'all accounts' : account.name);
}

/** What was never sent is denied; what was sent before and is known to be absent is cancelled. */
async function refuse(ports: DeskPorts, orders: readonly TicketOrder[], reason: string): Promise<readonly OrderNews[]> {
  return Promise.all(
    orders.map(({ planned, state }) => {
      const event = state === OrderState.pending ? OrderEvent.deny : OrderEvent.cancel;
      return ports.journal.move(planned.orderRef, event, reason, ports.clock.now());
    }),
  );
}

/** The broker took none of the orders, and says so: not in doubt. */
function isRefusal(error: unknown): error is Error {
  const { effect, code } = error as { effect?: unknown; code?: unknown };
  return effect === 'none' && (code === 'ORDER_INVALID' || code === 'BROKER_REJECTED');
}

async function rejectOpen(ports: DeskPorts, ticketId: string, refs: readonly string[], reason: string): Promise<void> {
  const ticket = await requireTicket(ports.journal, ticketId);
  for (const { planned, state } of ordersOf(ticket, refs)) {
    if (!isTerminal(state)) await ports.journal.move(planned.orderRef, OrderEvent.reject, reason, ports.clock.now());
  }
}
