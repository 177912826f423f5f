import { type Dec, ZERO } from '../money/decimal.ts';

/** What is held of one instrument as a broker shows it. */
export interface BookedPosition {
  /** Negative when short. */
  readonly quantity: Dec;
  /** US dollars a share or a contract, commission included. */
  readonly averageCost: Dec;
}

/** One execution as it is booked: US dollars, the multiplier included; quantity and value are negative for a sale. */
export interface BookedTrade {
  readonly quantity: Dec;
  readonly value: Dec;
  readonly commission: Dec;
}

/** A position after a trade, as TWS averages it: opening averages the cost, closing leaves it, turning over starts anew. */
export function positionAfter(before: BookedPosition | null, trade: BookedTrade): BookedPosition {
  const held = before?.quantity ?? ZERO;
  const quantity = held.plus(trade.quantity);
  return { quantity, averageCost: costAfter(held, before?.averageCost ?? ZERO, quantity, trade) };
}

function costAfter(held: Dec, cost: Dec, after: Dec, { quantity, value, commission }: BookedTrade): Dec {
  const opens = held.times(quantity).gte(0);
  if (opens) return cost.times(held).plus(value).plus(commission).div(after);
  if (after.isZero()) return ZERO;
  return held.times(after).gt(0) ? cost : value.div(quantity);
}
