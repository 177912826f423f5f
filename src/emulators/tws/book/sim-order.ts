import type { DecimalString } from '../../../domain/money/decimal.ts';
import type { SimContract } from '../contracts/sim-contract.ts';
import type { OrderFields } from '../wire/order-layout.ts';
import type { OrderLists } from '../wire/place-order.ts';

/** TWS's own words for the life of an order. */
export const SimStatus = {
  /** Held at TWS until it is transmitted. */
  pendingSubmit: 'PendingSubmit',
  /** Taken, but waiting for its parent or its trigger. */
  preSubmitted: 'PreSubmitted',
  submitted: 'Submitted',
  filled: 'Filled',
  cancelled: 'Cancelled',
  /** Refused. */
  inactive: 'Inactive',
} as const;
export type SimStatus = (typeof SimStatus)[keyof typeof SimStatus];

export interface SimOrderMoment {
  /** ISO time. */
  readonly at: string;
  readonly status: SimStatus;
  readonly filled: DecimalString;
  readonly remaining: DecimalString;
  readonly reason: string | null;
}

/** One order of the simulator, plain JSON; every change makes a new one. */
export interface SimOrder {
  readonly permId: number;
  readonly clientId: number;
  readonly orderId: number;
  readonly account: string;
  readonly contract: SimContract;
  readonly fields: OrderFields;
  readonly lists: OrderLists;
  readonly status: SimStatus;
  /** Not transmitted yet. */
  readonly isHeld: boolean;
  readonly quantity: DecimalString;
  readonly filled: DecimalString;
  /** 0 before the first fill. */
  readonly averagePrice: DecimalString;
  readonly lastPrice: DecimalString;
  readonly parentPermId: number | null;
  readonly ocaGroup: string;
  readonly ocaType: '' | '1' | '2' | '3';
  /** A stop that has been reached; others are true from the start. */
  readonly isTriggered: boolean;
  /** The trailing stop's price now; null before it has one. */
  readonly trailStop: DecimalString | null;
  /** ISO time of the end; null while it is alive. */
  readonly endedAt: string | null;
  readonly endReason: string | null;
  readonly history: readonly SimOrderMoment[];
}

/** One execution of the simulator, plain JSON. */
export interface SimExecution {
  readonly execId: string;
  readonly permId: number;
  readonly orderId: number;
  readonly clientId: number;
  readonly account: string;
  readonly orderRef: string;
  readonly contract: SimContract;
  readonly side: 'BOT' | 'SLD';
  readonly quantity: DecimalString;
  readonly price: DecimalString;
  /** Of the order so far, this execution included. */
  readonly cumulativeQuantity: DecimalString;
  readonly averagePrice: DecimalString;
  /** ISO time. */
  readonly at: string;
  /** Null for the summary of a combination: its legs carry position, cash and commission. */
  readonly commission: DecimalString | null;
  /** Null where the execution closed nothing. */
  readonly realizedPnl: DecimalString | null;
}

/** What the simulator tells the client that placed the order. */
export type BookEvent =
  | { readonly kind: 'openOrder'; readonly clientId: number; readonly order: SimOrder }
  | { readonly kind: 'orderStatus'; readonly clientId: number; readonly order: SimOrder }
  | { readonly kind: 'execDetails'; readonly clientId: number; readonly execution: SimExecution }
  | { readonly kind: 'commissionReport'; readonly clientId: number; readonly execution: SimExecution }
  | { readonly kind: 'whatIf'; readonly clientId: number; readonly order: SimOrder; readonly margin: WhatIfMargin }
  | {
      readonly kind: 'error';
      readonly clientId: number;
      readonly orderId: number;
      readonly code: number;
      readonly message: string;
    };

/** Margins before and after an order, in US dollars. */
export interface WhatIfMargin {
  readonly initialBefore: DecimalString;
  readonly maintenanceBefore: DecimalString;
  readonly equityBefore: DecimalString;
  readonly initialAfter: DecimalString;
  readonly maintenanceAfter: DecimalString;
  readonly equityAfter: DecimalString;
  readonly commission: DecimalString;
}

export function isLive(order: SimOrder): boolean {
  return order.endedAt === null;
}

export function isBuy(order: SimOrder): boolean {
  return order.fields.action === 'BUY';
}
