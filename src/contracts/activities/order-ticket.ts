import type { DecimalString } from '../../domain/money/decimal.ts';
import type { OrderNews } from '../../domain/orders/order-news.ts';
import type { PriceWalk } from '../../domain/orders/ticket.ts';
import type { OrderTicketInput } from '../schemas/workflow-inputs.ts';

/** What a ticket's workflow works with once its intents are committed. */
export interface OpenedTicket {
  readonly ticketId: string;
  readonly accountId: string;
  readonly accountName: string;
  /** The broker, and whether it is simulated, as people read it: `paper broker, simulated`. */
  readonly venue: string;
  readonly symbol: string;
  /** How each order stands, in the order of placing. */
  readonly orders: readonly OrderNews[];
  /** In one line each, by reference: `BUY 10 KO LIMIT 60.10`. */
  readonly descriptions: Readonly<Record<string, string>>;
  /** References of the orders that go to the broker together. */
  readonly placements: readonly (readonly string[])[];
  /** Smart pricing and the order that it prices; null without it. */
  readonly walk: { readonly orderRef: string; readonly pricing: PriceWalk } | null;
}

export interface SettledOrderTicket {
  readonly ticketId: string;
  readonly accountId: string;
  readonly orders: readonly OrderNews[];
}

export interface OrdersOfTicket {
  readonly ticketId: string;
  readonly orderRefs: readonly string[];
}

export interface Reason {
  readonly reason: string;
  /** Who asks for it. */
  readonly by: string;
}

/** An order's new prices or quantity. */
export interface OrderChange {
  readonly limitPrice?: DecimalString;
  readonly stopPrice?: DecimalString;
  readonly quantity?: DecimalString;
}

/** Steps on our own books. */
export interface OrderTicketActivities {
  /**
   * Validates the ticket, holds every order against the risk gate and commits the intents. INPUT_INVALID, ORDER_INVALID,
   * TICKET_CONFLICT.
   */
  openOrderTicket(input: OrderTicketInput): Promise<OpenedTicket>;
  /** Cancels those orders that the broker was never given; news of those. */
  withdrawOrders(orders: OrdersOfTicket & Reason): Promise<readonly OrderNews[]>;
  /** Nobody can find out what became of these orders: they wait for a person. */
  loseOrders(orders: OrdersOfTicket & Pick<Reason, 'reason'>): Promise<readonly OrderNews[]>;
  /** A person says that an order whose state is unknown is not at the broker. ORDER_STATE_CONFLICT. */
  declareDead(order: { readonly ticketId: string; readonly orderRef: string } & Reason): Promise<readonly OrderNews[]>;
  settleOrderTicket(ticket: { readonly ticketId: string }): Promise<SettledOrderTicket>;
}

/** What a look at the broker found of orders that were in doubt. */
export interface FoundOrders {
  /** Those of which nothing is at the broker: not open, not completed, no execution. They may be given to it again. */
  readonly absent: readonly string[];
  /** How often the absent ones were given to the broker. */
  readonly submissions: number;
  /** Those of which the broker's memory does not reach far enough back. */
  readonly undecided: readonly string[];
  readonly news: readonly OrderNews[];
}

export type WalkedPrice =
  | { readonly kind: 'price'; readonly price: DecimalString }
  | { readonly kind: 'at_limit' }
  | { readonly kind: 'no_quote' };

/** Steps at the account's broker, by the process that owns the session. */
export interface BrokerDeskActivities {
  /**
   * Gives orders to the broker for the `submission`th time. Attempted once: whatever it fails with, `findOrders` must be
   * asked before they are given again.
   */
  submitOrders(orders: OrdersOfTicket & { readonly submission: number }): Promise<readonly OrderNews[]>;
  /** Looks among open orders, completed orders and executions, connected and after a quiet period. */
  findOrders(orders: OrdersOfTicket): Promise<FoundOrders>;
  /** Asks the broker to cancel; orders that are over, or were never sent, are passed over. */
  cancelOrders(orders: OrdersOfTicket & Reason): Promise<readonly OrderNews[]>;
  /** Changes a working order in place, if the gate allows. ORDER_DENIED, ORDER_INVALID, BROKER_REJECTED. */
  modifyOrder(
    change: { readonly ticketId: string; readonly orderRef: string } & OrderChange & Pick<Reason, 'by'>,
  ): Promise<readonly OrderNews[]>;
  /** Moves the price of a walking order by one step. */
  walkPrice(order: { readonly ticketId: string; readonly orderRef: string }): Promise<WalkedPrice>;
}
