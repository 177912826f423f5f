/** The numbers of TWS's ticks that we read. The library exports their names as a type only. */
export const TickType = {
  bidSize: 0,
  bid: 1,
  ask: 2,
  askSize: 3,
  last: 4,
  lastSize: 5,
  modelOption: 13,
  delayedBid: 66,
  delayedAsk: 67,
  delayedLast: 68,
  delayedBidSize: 69,
  delayedAskSize: 70,
  delayedLastSize: 71,
  delayedModelOption: 83,
} as const;
