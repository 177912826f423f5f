import type { MarketDate } from '../../domain/market/market-date.ts';
import type { DecimalString } from '../../domain/money/decimal.ts';
import type { Instrument } from '../../domain/orders/instrument.ts';
import type { PlannedOrder } from '../../domain/orders/order.ts';
import type { OrderSide } from '../../domain/orders/order-state.ts';

/** The paper broker's own words for the life of an order. */
export const PaperStatus = {
  /** Taken, but it waits for its parent or for its trigger. */
  waiting: 'waiting',
  working: 'working',
  filled: 'filled',
  cancelled: 'cancelled',
  expired: 'expired',
  rejected: 'rejected',
} as const;
export type PaperStatus = (typeof PaperStatus)[keyof typeof PaperStatus];

/** One order of a paper account, plain JSON; every change makes a new one. */
export interface PaperOrder {
  readonly brokerOrderId: string;
  /** With prices on the grid; prices and quantity as they were changed last. */
  readonly order: PlannedOrder;
  readonly status: PaperStatus;
  readonly reason: string | null;
  readonly filled: DecimalString;
  /** How often it has traded. */
  readonly fills: number;
  readonly isTriggered: boolean;
  readonly trailStop: DecimalString | null;
  /** The broker's id of its parent. */
  readonly parentId: string | null;
  /** Its own group, or that of the children of its parent, which cancel each other as well. */
  readonly ocaGroup: string | null;
  /** ISO time of its last change. */
  readonly changedAt: string;
  /** Null while it is alive. */
  readonly endedOn: MarketDate | null;
}

export interface PaperExecution {
  readonly execId: string;
  readonly brokerOrderId: string;
  readonly orderRef: string;
  readonly instrument: Instrument;
  readonly side: OrderSide;
  readonly quantity: DecimalString;
  readonly price: DecimalString;
  readonly commissionUsd: DecimalString;
  /** ISO time. */
  readonly at: string;
  readonly day: MarketDate;
}

export interface PaperPosition {
  readonly instrument: Instrument;
  /** Negative when short. */
  readonly quantity: DecimalString;
  /** US dollars a share or a whole contract, commission included. */
  readonly averageCost: DecimalString;
}

/** What one step changed, everything as it is after it: steps put on one another give the account again. */
export interface AccountStep {
  /** Counted from 1 for each account, for ever. */
  readonly number: number;
  readonly day: MarketDate;
  /** The last day whose splits and dividends are in it; the day where it is absent. */
  readonly actionsThrough?: MarketDate;
  /** Of the last order; the broker's ids count on from it. */
  readonly sequence: number;
  readonly cashUsd: DecimalString;
  readonly positions: readonly PaperPosition[];
  readonly orders: readonly PaperOrder[];
  /** New ones only. */
  readonly executions: readonly PaperExecution[];
}

export function isLive(order: PaperOrder): boolean {
  return order.endedOn === null;
}
