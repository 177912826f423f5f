import { FoliosError } from '../../src/contracts/errors.ts';
import type { OrderNews } from '../../src/domain/orders/order-news.ts';
import type { OrderJournal, TicketOrder, TicketRecord } from '../../src/ports/order-journal.ts';

/** How the named orders, or all of a ticket, stand now. */
export function standOf(ticket: TicketRecord, orderRefs?: readonly string[]): readonly OrderNews[] {
  return ticket.orders
    .filter(({ planned }) => orderRefs === undefined || orderRefs.includes(planned.orderRef))
    .map(({ planned, state, stateReason, filledQuantity, averageFillPrice, lastEventId }) => ({
      eventId: lastEventId,
      orderRef: planned.orderRef,
      state,
      stateReason,
      filledQuantity,
      averageFillPrice,
    }));
}

/** The ticket with this id. TICKET_CONFLICT where it was never journaled. */
export async function requireTicket(journal: OrderJournal, ticketId: string): Promise<TicketRecord> {
  const ticket = await journal.findTicket(ticketId);
  if (ticket) return ticket;
  throw new FoliosError('TICKET_CONFLICT', `ticket ${ticketId} was never journaled`, { ticketId });
}

/** The ticket's orders with these references. TICKET_CONFLICT where one is of another ticket. */
export function ordersOf(ticket: TicketRecord, orderRefs: readonly string[]): readonly TicketOrder[] {
  return orderRefs.map((ref) => {
    const order = ticket.orders.find(({ planned }) => planned.orderRef === ref);
    if (order) return order;
    throw new FoliosError('TICKET_CONFLICT', `order ${ref} is not one of ticket ${ticket.ticketId}`, { orderRef: ref });
  });
}
