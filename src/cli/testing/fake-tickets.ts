import type { OrderTicketInput, TicketInput } from '../../../workflows/execute-ticket/messages.ts';
import type { PlannedOrder } from '../../domain/orders/order.ts';
import type { OrderNews } from '../../domain/orders/order-news.ts';
import { OrderState } from '../../domain/orders/order-state.ts';
import { planTicket } from '../../domain/orders/plan-ticket.ts';
import type { CliContext } from '../context.ts';

type Folios = CliContext['folios'];

/** A `startTicket` whose tickets have ended, as `end` says of their input. */
export function ticketStarter<Input extends TicketInput>(
  end: (input: Input) => Promise<unknown>,
): Folios['startTicket'] {
  const describe = async () => ({ status: { name: 'FAILED' } });
  return (async (input: Input) => ({ describe, result: () => end(input) })) as unknown as Folios['startTicket'];
}

/**
 * Tickets that are started and stay open; `newsOf` says how each of their orders stands whenever somebody looks,
 * `onStart` what a start brings about.
 */
export function fakeTickets(
  newsOf: (order: PlannedOrder) => Partial<OrderNews>,
  onStart: (input: OrderTicketInput) => void = () => undefined,
) {
  const started: OrderTicketInput[] = [];
  const start = async (input: OrderTicketInput) => {
    started.push(input);
    onStart(input);
    return { describe: async () => ({ status: { name: 'RUNNING' } }) };
  };
  const folios: Pick<Folios, 'startTicket' | 'ticketView'> = {
    startTicket: start as unknown as Folios['startTicket'],
    ticketView: async (ticketId) => {
      const input = started.find((one) => one.ticketId === ticketId);
      if (!input) throw new Error(`nobody started ticket ${ticketId}`);
      const orders = planTicket(ticketId, input.ticket).map((order) => ({
        ...{ eventId: 1, orderRef: order.orderRef, state: OrderState.accepted, stateReason: null },
        ...{ filledQuantity: '0', averageFillPrice: null },
        ...newsOf(order),
      }));
      return { ticketId, accountId: input.accountId, step: 'working', orders };
    },
  };
  return { started, folios };
}
