/** States of one order. Denied is our risk gate's word, rejected the broker's. */
export const OrderState = {
  /** Journaled; nothing was sent. */
  pending: 'PENDING',
  denied: 'DENIED',
  /** Given to the broker, which has not confirmed it. */
  submitted: 'SUBMITTED',
  /** The broker holds it as working. */
  accepted: 'ACCEPTED',
  partiallyFilled: 'PARTIALLY_FILLED',
  filled: 'FILLED',
  cancelled: 'CANCELLED',
  rejected: 'REJECTED',
  expired: 'EXPIRED',
  /** The broker keeps it but does not work it, such as a sale that waits for shares to borrow; it may wake or die. */
  inactive: 'INACTIVE',
  /** Nobody could find out what became of it: it waits for a person, or for a report of the broker that tells. */
  unknown: 'UNKNOWN',
} as const;
export type OrderState = (typeof OrderState)[keyof typeof OrderState];

export const OrderSide = { buy: 'BUY', sell: 'SELL' } as const;
export type OrderSide = (typeof OrderSide)[keyof typeof OrderSide];

export const OrderEvent = {
  deny: 'deny',
  submit: 'submit',
  accept: 'accept',
  partialFill: 'partial_fill',
  fill: 'fill',
  cancel: 'cancel',
  reject: 'reject',
  expire: 'expire',
  deactivate: 'deactivate',
  /** A doubt that nobody could resolve. */
  lose: 'lose',
} as const;
export type OrderEvent = (typeof OrderEvent)[keyof typeof OrderEvent];

const {
  denied,
  submitted,
  accepted,
  partiallyFilled,
  filled,
  cancelled,
  rejected,
  expired,
  inactive,
  unknown,
}: typeof OrderState = OrderState;

/** What a broker may say of any order that it has and that is not over. */
const BROKER_REPORTS = {
  accept: accepted,
  partial_fill: partiallyFilled,
  fill: filled,
  cancel: cancelled,
  reject: rejected,
  expire: expired,
  deactivate: inactive,
} as const;

/**
 * The one transition table of orders. Reports reach us late, twice and out of order, so what an earlier or repeated
 * report says of an order that has moved on is listed and changes nothing; what contradicts its state is not listed.
 *
 * A fill beats a cancel and an expiry, whichever is told first: where an order is in several states, FIX ranks Filled
 * above Canceled and Expired, and these above Partially Filled (Execution Report, precedence of OrdStatus). IBKR warns
 * that an order may still trade until its cancel is confirmed, and while we are disconnected its messages are lost. The
 * execution is a fact, and a position that we deny is worse than a state that is corrected. A part that is told after
 * the cancel is booked as well, but the rest stays cancelled: as a partially filled order it would stay open for ever.
 *
 * An order dies once. Another word for the same death changes nothing: IBKR tells of a rejection as error 201 and as
 * status Inactive or Cancelled, and of a day order that ended as Cancelled. A fill of a rejected or denied order is not
 * listed: then one of the two reports belongs to something else, and a person must look.
 */
const TRANSITIONS: Readonly<Record<OrderState, Partial<Record<OrderEvent, OrderState>>>> = {
  PENDING: { ...BROKER_REPORTS, deny: denied, submit: submitted, lose: unknown },
  SUBMITTED: { ...BROKER_REPORTS, submit: submitted, lose: unknown },
  ACCEPTED: { ...BROKER_REPORTS, submit: accepted, lose: unknown },
  PARTIALLY_FILLED: {
    ...BROKER_REPORTS,
    submit: partiallyFilled,
    // IBKR says Submitted again with each partial fill.
    accept: partiallyFilled,
    // FIX knows no rejected order that has traded: what ends is the rest of it.
    reject: cancelled,
    lose: unknown,
  },
  INACTIVE: { ...BROKER_REPORTS, submit: inactive, lose: unknown },
  UNKNOWN: { ...BROKER_REPORTS, submit: unknown, lose: unknown },
  FILLED: {
    submit: filled,
    accept: filled,
    partial_fill: filled,
    fill: filled,
    cancel: filled,
    expire: filled,
    deactivate: filled,
  },
  CANCELLED: {
    submit: cancelled,
    accept: cancelled,
    partial_fill: cancelled,
    fill: filled,
    cancel: cancelled,
    reject: cancelled,
    expire: cancelled,
    deactivate: cancelled,
  },
  EXPIRED: {
    submit: expired,
    accept: expired,
    partial_fill: expired,
    fill: filled,
    cancel: expired,
    expire: expired,
    deactivate: expired,
  },
  REJECTED: { submit: rejected, accept: rejected, cancel: rejected, reject: rejected, deactivate: rejected },
  DENIED: { deny: denied },
};

/** The state after `event`; null where the table has no such pair: an error, and the event is kept. */
export function nextOrderState(state: OrderState, event: OrderEvent): OrderState | null {
  return TRANSITIONS[state][event] ?? null;
}

const TERMINAL: readonly OrderState[] = [denied, filled, cancelled, rejected, expired];
const WORKING: readonly OrderState[] = [submitted, accepted, partiallyFilled];

/** Whether the order is over: it will not trade any more, but for a fill that crossed its cancel or expiry. */
export function isTerminal(state: OrderState): boolean {
  return TERMINAL.includes(state);
}

/**
 * Whether the order is with the broker and may trade at any moment. A pending, inactive or unknown order is neither
 * working nor over: the first waits for us, the second for the broker, the third for a person.
 */
export function isWorking(state: OrderState): boolean {
  return WORKING.includes(state);
}
