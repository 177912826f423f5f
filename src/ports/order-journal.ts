import type { MarketDate } from '../domain/market/market-date.ts';
import type { DecimalString } from '../domain/money/decimal.ts';
import type { HeldPosition, WorkingOrder } from '../domain/orders/exposure.ts';
import type { Instrument } from '../domain/orders/instrument.ts';
import type { PlannedOrder } from '../domain/orders/order.ts';
import type { OrderNews } from '../domain/orders/order-news.ts';
import type { OrderEvent, OrderState } from '../domain/orders/order-state.ts';
import type { RiskAssessment } from '../domain/orders/risk-gate.ts';
import type { TicketSpec } from '../domain/orders/ticket.ts';
import type { TradingMode } from '../domain/orders/trading-mode.ts';
import type { BrokerReport } from './broker-session.ts';

/** A ticket that is about to be journaled, with the risk gate's word about each of its orders. */
export interface NewTicket {
  readonly ticketId: string;
  readonly accountId: string;
  readonly spec: TicketSpec;
  /** The trade that it belongs to; null for none. */
  readonly tradeId: string | null;
  /** The trading day in New York. */
  readonly marketDate: MarketDate;
  readonly orders: readonly NewTicketOrder[];
  readonly at: Date;
}

export interface NewTicketOrder {
  readonly planned: PlannedOrder;
  readonly assessment: RiskAssessment;
  /** Why the order is denied, in words; null where it is allowed. */
  readonly denial: string | null;
  /** The quote that it was assessed with; null without one. */
  readonly quote: DecimalString | null;
  /** What it will cost if it fills whole, US dollars; zero where it only reduces. */
  readonly reservedUsd: DecimalString;
}

/** How far an order of a ticket has come. */
export interface TicketOrder {
  readonly orderId: string;
  readonly planned: PlannedOrder;
  readonly state: OrderState;
  readonly stateReason: string | null;
  readonly filledQuantity: DecimalString;
  readonly averageFillPrice: DecimalString | null;
  readonly brokerOrderId: string | null;
  /** The journal's newest event of the order: news with a lower number is old. */
  readonly lastEventId: number;
  /** How often it was given to the broker; more than once only after its absence there was proven. */
  readonly submissions: number;
  /** When it was given to the broker for the last time; null for never. */
  readonly submittedAt: Date | null;
  /** What the gate has reserved for it, US dollars; zero where it only reduces. */
  readonly reservedUsd: DecimalString;
}

export interface TicketRecord {
  readonly ticketId: string;
  readonly accountId: string;
  readonly spec: TicketSpec;
  readonly tradeId: string | null;
  readonly marketDate: MarketDate;
  readonly journaledAt: Date;
  readonly settledAt: Date | null;
  /** In the order in which they are placed. */
  readonly orders: readonly TicketOrder[];
}

export const EventOutcome = {
  /** It moved the order, was booked, or said what was known. */
  applied: 'applied',
  /** It contradicts the order, or cannot be booked; it is kept, and nothing changed. */
  refused: 'refused',
  /** It belongs to no order that we know; it is kept. */
  unmatched: 'unmatched',
} as const;
export type EventOutcome = (typeof EventOutcome)[keyof typeof EventOutcome];

export type RecordedReport =
  /** The same report was journaled before; nothing changed. */
  | { readonly kind: 'repeated' }
  | {
      readonly kind: 'recorded';
      readonly outcome: EventOutcome;
      readonly problem: string | null;
      /** Null where the report belongs to no order of ours. */
      readonly ticketId: string | null;
      readonly news: OrderNews | null;
    };

/** `own` is a move of our own: cancelled before it was sent, lost, declared dead. */
export type OrderEventKind = 'intent' | 'gate' | 'submission' | 'status' | 'execution' | 'commission' | 'note' | 'own';

/** One line of an order's life: what we decided and did, and what the broker told. */
export interface OrderEventRecord {
  readonly eventId: number;
  readonly accountId: string;
  /** Null where it belongs to no order of ours. */
  readonly orderRef: string | null;
  readonly kind: OrderEventKind;
  readonly outcome: EventOutcome;
  readonly problem: string | null;
  /** The order's state afterwards; null where it has none. */
  readonly state: OrderState | null;
  /** The whole report, assessment or note as JSON. */
  readonly data: Readonly<Record<string, unknown>>;
  /** When it happened, by whoever tells it. */
  readonly at: Date;
  readonly recordedAt: Date;
}

/** That somebody has looked at a report that could not be booked, and needs no reminder of it. */
export interface Acknowledgement {
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
}

/** A report that could not be booked or belongs to no order. */
export interface KeptReport extends OrderEventRecord {
  /** Null while it waits for a person. */
  readonly acknowledged: Acknowledgement | null;
}

export interface AccountWorkingOrder extends WorkingOrder {
  readonly state: OrderState;
  readonly marketDate: MarketDate;
}

/** What an account has and has under way: the facts of the risk gate that stand in the books. */
export interface AccountExposure {
  /** The strictest that holds for it. */
  readonly mode: TradingMode;
  readonly cashUsd: DecimalString;
  /** Cash and positions at their last marks. */
  readonly netLiquidationUsd: DecimalString;
  readonly positions: readonly HeldPosition[];
  /** Orders that may still trade: pending, submitted, accepted, partly filled, inactive or unknown. */
  readonly working: readonly AccountWorkingOrder[];
  /** Orders journaled since the time asked for, but denied and rejected ones. */
  readonly recentIntents: readonly { readonly orderRef: string; readonly intentKey: string }[];
}

/** What an account held when folios first saw it. */
export interface OpeningBooks {
  readonly cashUsd: DecimalString;
  /** `averageCost` in US dollars per unit of the underlying. */
  readonly positions: readonly {
    readonly instrument: Instrument;
    readonly quantity: DecimalString;
    readonly averageCost: DecimalString;
  }[];
  readonly at: Date;
}

/**
 * The journal of orders and the books that follow from it. Intents are committed before anything is sent; every report of
 * a broker is kept once, by its key, and moves its order, positions, lots and ledger in the same transaction.
 */
export interface OrderJournal {
  /** Commits a ticket with its orders, once: given again it returns what is there. TICKET_CONFLICT if that is another ticket. */
  journalTicket(ticket: NewTicket): Promise<TicketRecord>;
  findTicket(ticketId: string): Promise<TicketRecord | null>;
  /**
   * Says that these orders are about to be given to the broker for the `submission`th time, from 1; pending ones become
   * submitted. False, and nothing is written, where one of them was not submitted exactly once less, is over, or has
   * meanwhile shown itself at the broker: then nothing may be sent. Several callers may try; one gets true.
   */
  beginSubmission(orderRefs: readonly string[], submission: number, at: Date): Promise<boolean>;
  /** A move that the broker does not tell: denied, cancelled before it was sent, lost. ORDER_STATE_CONFLICT. */
  move(orderRef: string, event: OrderEvent, reason: string, at: Date): Promise<OrderNews>;
  /** Cancels an order that was never given to the broker; null, and nothing is written, where it was, or is over. */
  withdraw(orderRef: string, reason: string, at: Date): Promise<OrderNews | null>;
  /** Keeps what happened to an order without moving it: a cancel was asked for, a doubt arose, its absence was proven. */
  note(orderRef: string, note: { readonly what: string; readonly [more: string]: unknown }, at: Date): Promise<void>;
  /** The broker took a change of a working order. */
  changeOrder(
    orderRef: string,
    change: { limitPrice?: DecimalString; stopPrice?: DecimalString; quantity?: DecimalString },
    at: Date,
  ): Promise<void>;
  /**
   * Journals reports of the account's broker in their order, and books what they tell, once; an answer for each. All or
   * none is committed; only one that can never be booked is kept without its effect, for a person.
   */
  record(accountId: string, reports: readonly BrokerReport[], recordedAt: Date): Promise<readonly RecordedReport[]>;
  /** News that were journaled and not yet told to their tickets, oldest first. */
  untold(accountId: string): Promise<readonly { readonly ticketId: string; readonly news: OrderNews }[]>;
  markTold(eventIds: readonly number[]): Promise<void>;
  /** Ends a ticket whose orders are all over; TICKET_CONFLICT where one is not. Repeating it is harmless. */
  settle(ticketId: string, at: Date): Promise<TicketRecord>;
  /** An order's life, oldest first; empty for an unknown order. */
  timeline(orderRef: string): Promise<readonly OrderEventRecord[]>;
  /**
   * Reports that were refused or belong to no order, newest first: they wait for a person, or one has acknowledged them.
   * Those that were adopted as fills of external orders are booked, and not among them.
   */
  listKept(accountId: string | null, limit: number, which?: 'waiting' | 'acknowledged'): Promise<readonly KeptReport[]>;
  /** Notes that somebody has looked at a kept report; the first word stands. Null where no kept report has this number. */
  acknowledge(eventId: number, by: Acknowledgement): Promise<KeptReport | null>;
  exposure(accountId: string, intentsSince: Date): Promise<AccountExposure>;
  /** Begins the books of an account with what its broker holds; false where it has books already. */
  openBooks(accountId: string, opening: OpeningBooks): Promise<boolean>;
  /**
   * Books executions that belong to no order of ours, such as those made by hand at the broker, as fills of external
   * orders; news of these. What was traded before the books were opened is in them already.
   */
  adoptExternal(accountId: string, at: Date): Promise<readonly OrderNews[]>;
}
