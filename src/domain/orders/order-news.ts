import type { DecimalString } from '../money/decimal.ts';
import type { OrderState } from './order-state.ts';

/** What a ticket is told when one of its orders has moved. */
export interface OrderNews {
  /** The event's number in the journal: news with a lower one than the last is old. 0 for how an order stood at first. */
  readonly eventId: number;
  readonly orderRef: string;
  readonly state: OrderState;
  readonly stateReason: string | null;
  readonly filledQuantity: DecimalString;
  /** US dollars a unit, weighted; null while nothing is filled. */
  readonly averageFillPrice: DecimalString | null;
}
