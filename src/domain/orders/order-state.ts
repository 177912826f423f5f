/** States of one order. Denied is our risk gate's word, rejected the broker's. */
export const OrderState = {
  pending: 'PENDING',
  denied: 'DENIED',
  submitted: 'SUBMITTED',
  filled: 'FILLED',
  cancelled: 'CANCELLED',
  rejected: 'REJECTED',
} as const;
export type OrderState = (typeof OrderState)[keyof typeof OrderState];

export const OrderSide = { buy: 'BUY', sell: 'SELL' } as const;
export type OrderSide = (typeof OrderSide)[keyof typeof OrderSide];

export const OrderEvent = {
  deny: 'deny',
  submit: 'submit',
  fill: 'fill',
  cancel: 'cancel',
  reject: 'reject',
} as const;
export type OrderEvent = (typeof OrderEvent)[keyof typeof OrderEvent];

/** The one transition table of orders. */
const TRANSITIONS: Readonly<Record<OrderState, Partial<Record<OrderEvent, OrderState>>>> = {
  PENDING: {
    deny: OrderState.denied,
    submit: OrderState.submitted,
    fill: OrderState.filled,
    cancel: OrderState.cancelled,
    reject: OrderState.rejected,
  },
  SUBMITTED: { fill: OrderState.filled, cancel: OrderState.cancelled, reject: OrderState.rejected },
  DENIED: {},
  FILLED: {},
  CANCELLED: {},
  REJECTED: {},
};

/** The state after `event`; null where the table has no such pair. */
export function nextOrderState(state: OrderState, event: OrderEvent): OrderState | null {
  return TRANSITIONS[state][event] ?? null;
}
