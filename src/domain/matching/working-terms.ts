import type { DecimalString } from '../money/decimal.ts';
import type { OrderSpec } from '../orders/order.ts';

/** What decides when and at which price an order trades, and where it stands: the shape that every exchange of ours matches. */
export interface WorkingTerms
  extends Pick<OrderSpec, 'side' | 'type' | 'limitPrice' | 'stopPrice' | 'trailAmount' | 'trailPercent'> {
  /** Whether its trigger has been reached; true from the start for types without one. */
  readonly isTriggered: boolean;
  /** A trailing stop's price now; null before it has one. */
  readonly trailStop: DecimalString | null;
}
