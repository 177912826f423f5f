import type { DecimalString } from '../domain/money/decimal.ts';
import type { OrderSide } from '../domain/orders/order-state.ts';

/** A market order as a broker takes it. */
export interface BrokerOrder {
  /** Our deterministic reference; the broker's execution ids are made from it where the broker is ours. */
  readonly orderRef: string;
  readonly ticker: string;
  readonly side: OrderSide;
  /** Whole shares. */
  readonly quantity: DecimalString;
}

export interface Fill {
  readonly execId: string;
  readonly orderRef: string;
  readonly ticker: string;
  readonly side: OrderSide;
  readonly quantity: DecimalString;
  readonly price: DecimalString;
  readonly commissionUsd: DecimalString;
}

/** Fills market orders at once and completely. The same order always gives the same fill, so that a repeated call is harmless. */
export interface Broker {
  readonly simulated: boolean;
  execute(order: BrokerOrder, marketPrice: DecimalString): Promise<Fill>;
}
