import type { MarketDate } from '../domain/market/market-date.ts';
import type { DecimalString } from '../domain/money/decimal.ts';
import type { Tradable } from '../domain/orders/instrument.ts';
import type { OrderRole, OrderType, TimeInForce } from '../domain/orders/order.ts';
import type { OrderSide, OrderState } from '../domain/orders/order-state.ts';

/** An order of any account as it stands in the books: a research run's, or one of a ticket that somebody wrote. */
export interface ListedOrder {
  readonly orderId: string;
  readonly ticketId: string;
  readonly accountId: string;
  /** The research task that it comes from; null for every other order. */
  readonly taskId: string | null;
  readonly orderRef: string;
  readonly role: OrderRole;
  readonly parentRef: string | null;
  readonly tradable: Tradable;
  readonly side: OrderSide;
  readonly quantity: DecimalString;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly limitPrice: DecimalString | null;
  readonly stopPrice: DecimalString | null;
  readonly trailAmount: DecimalString | null;
  readonly trailPercent: DecimalString | null;
  readonly state: OrderState;
  readonly stateReason: string | null;
  readonly filledQuantity: DecimalString;
  readonly averageFillPrice: DecimalString | null;
  /** The broker's own id of it, where it has told one. */
  readonly brokerOrderId: string | null;
  readonly marketDate: MarketDate;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What is left out is not asked for. */
export interface OrderFilter {
  readonly accountId?: string;
  readonly ticketId?: string;
  readonly states?: readonly OrderState[];
  /** The symbol of the share, or of the options' underlying. */
  readonly symbol?: string;
  /** How the order's id or its ticket's id begins. */
  readonly idPrefix?: string;
  readonly limit?: number;
}

/** Orders of all accounts, to be looked at. */
export interface OrderListing {
  /** Newest ticket first; the orders of one ticket in the order of placing. */
  listOrders(filter: OrderFilter): Promise<readonly ListedOrder[]>;
}
