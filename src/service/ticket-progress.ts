import { setTimeout as delay } from 'node:timers/promises';
import type { OrderTicketInput, TicketView } from '../../workflows/execute-ticket/messages.ts';
import { FoliosError } from '../contracts/errors.ts';
import type { OrderNews } from '../domain/orders/order-news.ts';
import { isTerminal, OrderState } from '../domain/orders/order-state.ts';
import type { TicketDesk } from './engine.ts';
import { describeFailure } from './failure.ts';

type Folios = TicketDesk;

/** How long a command looks at a ticket before it leaves it to itself. */
export interface Patience {
  readonly looks: number;
  readonly intervalMs: number;
}

/** About 30 seconds: longer than a broker takes, shorter than a person waits. */
export const BROKER_PATIENCE: Patience = { looks: 120, intervalMs: 250 };

/** Looks at a ticket until `isDone` or until patience ends; what was seen last. */
export async function followTicket(
  folios: Pick<Folios, 'ticketView'>,
  ticketId: string,
  isDone: (view: TicketView) => boolean | Promise<boolean>,
  patience: Patience,
): Promise<TicketView> {
  let view = await folios.ticketView(ticketId);
  for (let look = 1; look < patience.looks && !(await isDone(view)); look += 1) {
    await delay(patience.intervalMs);
    view = await folios.ticketView(ticketId);
  }
  return view;
}

/**
 * Starts a ticket, or joins the one with its id, and looks at it until the broker has taken or somebody has refused every
 * order of it. Fails with the ticket's own code; the message says its id, by which the same call goes on.
 */
export async function startAndFollow(
  folios: Pick<Folios, 'startTicket' | 'ticketView'>,
  input: OrderTicketInput,
  patience: Patience,
): Promise<TicketView> {
  try {
    return await follow(folios, input, patience);
  } catch (error) {
    const { code, message, details } = describeFailure(error);
    throw new FoliosError(code, `ticket ${input.ticketId}: ${message}`, { ticketId: input.ticketId, details });
  }
}

/** The end is not waited for, only looked at: a call that is still waiting would keep the process from ending. */
async function follow(
  folios: Pick<Folios, 'startTicket' | 'ticketView'>,
  input: OrderTicketInput,
  patience: Patience,
): Promise<TicketView> {
  const ticket = await folios.startTicket(input);
  let hasEnded = false;
  const isDone = async (view: TicketView) => {
    if (isTaken(view)) return true;
    hasEnded = (await ticket.describe()).status.name !== 'RUNNING';
    return hasEnded;
  };
  const seen = await followTicket(folios, input.ticketId, isDone, patience);
  if (!hasEnded) return seen;
  await ticket.result();
  return await folios.ticketView(input.ticketId);
}

/** Whether every order has left our hands: the broker has it, or it is over. */
export function isTaken({ orders }: TicketView): boolean {
  const ours: readonly OrderState[] = [OrderState.pending, OrderState.submitted];
  return orders.length > 0 && orders.every(({ state }) => !ours.includes(state));
}

/** Whether all of the named orders are over. */
export function areOver({ orders }: TicketView, orderRefs: readonly string[]): boolean {
  return orders.filter(({ orderRef }) => orderRefs.includes(orderRef)).every(({ state }) => isTerminal(state));
}

/** The first order that did not get through, as an error: denied by the gate, rejected by the broker, or unknown. */
export function failureOf(orders: readonly OrderNews[], describe: (orderRef: string) => string): FoliosError | null {
  for (const { orderRef, state, stateReason } of orders) {
    const code = FAILED_STATES[state];
    if (code === undefined) continue;
    const message = `${describe(orderRef)} is ${state}${stateReason === null ? '' : `: ${stateReason}`}`;
    return new FoliosError(code, message, { orderRef, state });
  }
  return null;
}

const FAILED_STATES: Partial<Record<OrderState, 'ORDER_DENIED' | 'BROKER_REJECTED' | 'BROKER_UNAVAILABLE'>> = {
  DENIED: 'ORDER_DENIED',
  REJECTED: 'BROKER_REJECTED',
  UNKNOWN: 'BROKER_UNAVAILABLE',
};
