import type { Option, Stock } from '../instrument.ts';
import type { OrderSpec, PlannedOrder } from '../order.ts';
import type { ComboOrderSpec } from '../ticket.ts';

/** Valid orders that tests vary. */
export const KO: Stock = { kind: 'stock', symbol: 'KO' };

export const KO_CALL: Option = {
  kind: 'option',
  symbol: 'KO',
  expiration: '2026-12-18',
  strike: '60',
  right: 'CALL',
  multiplier: '100',
};

export const BUY_KO: OrderSpec = {
  tradable: KO,
  side: 'BUY',
  quantity: '10',
  type: 'LIMIT',
  timeInForce: 'DAY',
  limitPrice: '60',
};

/** Buys the call at 60 and sells two at 65. */
export const BUY_SPREAD: ComboOrderSpec = {
  ...BUY_KO,
  tradable: {
    kind: 'combo',
    symbol: 'KO',
    legs: [
      { instrument: KO_CALL, side: 'BUY', ratio: 1 },
      { instrument: { ...KO_CALL, strike: '65' }, side: 'SELL', ratio: 2 },
    ],
  },
  limitPrice: '-0.5',
};

export function planned(order: OrderSpec, change: Partial<PlannedOrder> = {}): PlannedOrder {
  return { ...order, orderRef: 'ticket/1', role: 'single', parentRef: null, ocaGroup: null, ...change };
}
