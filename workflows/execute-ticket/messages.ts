import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { OrderChange, Reason, SettledOrderTicket } from '../../src/contracts/activities/order-ticket.ts';
import type { SettledTicket } from '../../src/contracts/activities/ticket.ts';
import type { ExecuteTicketInput, OrderTicketInput, TicketInput } from '../../src/contracts/schemas/workflow-inputs.ts';
import type { OrderNews } from '../../src/domain/orders/order-news.ts';

export type { ExecuteTicketInput, OrderTicketInput, SettledOrderTicket, SettledTicket, TicketInput };

/** `executeTicket` for a ticket that is made from a task's recommendations, and for a written one. */
export type PortfolioTicket = (input: ExecuteTicketInput) => Promise<SettledTicket>;
export type OrderTicket = (input: OrderTicketInput) => Promise<SettledOrderTicket>;

/** What a ticket's workflow is doing, in words. */
export const ticketStepQuery = defineQuery<string>('step');

/** A ticket of orders as its workflow sees it. */
export interface TicketView {
  readonly ticketId: string;
  readonly accountId: string;
  readonly step: string;
  /** In the order of placing; empty until the intents are committed. */
  readonly orders: readonly OrderNews[];
}

export type CancelOrders = Reason & {
  /** All that are not over when null. */
  readonly orderRefs: readonly string[] | null;
};
export type ModifyOrder = OrderChange & Pick<Reason, 'by'> & { readonly orderRef: string };
export type DeclareDead = Reason & { readonly orderRef: string };

export const ticketQuery = defineQuery<TicketView>('ticket');
/** Sent by the process that owns the broker session, after it has journaled what the broker told. */
export const orderNewsSignal = defineSignal<[OrderNews]>('orderNews');
export const cancelOrdersUpdate = defineUpdate<TicketView, [CancelOrders]>('cancelOrders');
export const modifyOrderUpdate = defineUpdate<TicketView, [ModifyOrder]>('modifyOrder');
/** A person says that an order whose state nobody knows is not at the broker, so that the ticket can end. */
export const declareDeadUpdate = defineUpdate<TicketView, [DeclareDead]>('declareDead');
