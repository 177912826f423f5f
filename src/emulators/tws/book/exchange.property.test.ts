import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dec } from '../../../domain/money/decimal.ts';
import { stockContract } from '../contracts/sim-contract.ts';
import { QuoteBoard } from '../market/quote-board.ts';
import type { SimulatorMarket } from '../market/simulator-market.ts';
import { Exchange } from './exchange.ts';
import { OrderStore, type StoreChange } from './order-store.ts';
import { isLive, type SimOrder } from './sim-order.ts';

const KO = stockContract('KO');
const NOW = () => new Date('2021-01-04T15:00:00Z');
const NO_MARKET: SimulatorMarket = {
  firstDay: '2021-01-04',
  quote: async () => null,
  bars: async () => [],
  indexBars: async () => [],
  search: async () => [],
  volatility: () => 0.25,
};

function createExchange() {
  const store = new OrderStore(['A'], '1000000', NOW);
  const quotes = new QuoteBoard(NO_MARKET, '2021-01-04', () => null);
  const exchange = new Exchange({ store, quotes, contractOf: () => null, instance: '1' });
  const move = (cents: number, size: number | null): void => {
    const price = dec(cents).div(100).toFixed(2);
    quotes.fix(KO.conId, { bid: price, ask: price, last: price, close: price, bidSize: size, askSize: size });
    exchange.pricesMoved();
  };
  return { store, exchange, move };
}

const action = fc.oneof(
  fc.record({
    do: fc.constant('place' as const),
    orderId: fc.integer({ min: 1, max: 25 }),
    parentId: fc.oneof(
      { weight: 2, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 25 }) },
    ),
    side: fc.constantFrom('BUY', 'SELL'),
    type: fc.constantFrom('MKT', 'LMT', 'STP', 'STP LMT', 'TRAIL'),
    quantity: fc.integer({ min: 1, max: 50 }),
    cents: fc.integer({ min: 4500, max: 5500 }),
    transmit: fc.constantFrom('0', '1', '1'),
    group: fc.constantFrom('', '', 'G'),
    ocaType: fc.constantFrom('1', '2', '3'),
  }),
  fc.record({ do: fc.constant('cancel' as const), orderId: fc.integer({ min: 1, max: 12 }) }),
  fc.record({
    do: fc.constant('move' as const),
    cents: fc.integer({ min: 4500, max: 5500 }),
    size: fc.option(fc.integer({ min: 1, max: 20 })),
  }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

function act({ exchange, move }: ReturnType<typeof createExchange>, one: Action): void {
  if (one.do === 'move') move(one.cents, one.size);
  else if (one.do === 'cancel') exchange.cancel(1, one.orderId);
  else place(exchange, one);
}

function place(exchange: Exchange, one: Extract<Action, { do: 'place' }>): void {
  const price = dec(one.cents).div(100).toFixed(2);
  const isTrail = one.type === 'TRAIL';
  exchange.place({
    clientId: 1,
    contract: KO,
    rejection: null,
    message: {
      orderId: one.orderId,
      contract: KO,
      lists: { legs: [], legPrices: [], smartRouting: [], algoParams: [], conditions: [] },
      fields: {
        action: one.side,
        totalQuantity: String(one.quantity),
        orderType: one.type,
        lmtPrice: price,
        auxPrice: isTrail ? '1' : price,
        transmit: one.transmit,
        ...(one.parentId === 0 ? {} : { parentId: String(one.parentId) }),
        ...(one.group === '' ? {} : { ocaGroup: one.group, ocaType: one.ocaType }),
      },
    },
  });
}

function expectSound(store: OrderStore, ended: Map<number, SimOrder>): void {
  for (const order of store.orders.values()) {
    const traded = store.executions.filter((one) => one.permId === order.permId);
    const sum = traded.reduce((total, one) => total.plus(one.quantity), dec(0));
    expect(sum.toFixed()).toBe(order.filled);
    expect(dec(order.filled).lte(order.quantity)).toBe(true);
    if (order.isHeld) expect(order.filled).toBe('0');
    const parent = store.parent(order);
    if (parent !== null && isLive(parent)) expect(dec(order.filled).lte(parent.filled)).toBe(true);
    if (parent !== null && !isLive(parent) && dec(parent.filled).isZero()) expect(isLive(order)).toBe(false);
    const before = ended.get(order.permId);
    if (before !== undefined) expect(order).toBe(before);
    if (!isLive(order)) ended.set(order.permId, order);
  }
  const held = store.executions.reduce(
    (sum, one) => sum.plus(one.side === 'BOT' ? one.quantity : -one.quantity),
    dec(0),
  );
  const position = store.accounts.get('A')?.positions.get(KO.conId);
  expect((position?.quantity ?? dec(0)).toFixed()).toBe(held.toFixed());
}

test('whatever comes, no order trades too much, none changes after its end, and what is kept gives the same books again', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60, size: 'max' }), (actions) => {
      const running = createExchange();
      const again = createExchange().store;
      const ended = new Map<number, SimOrder>();
      running.move(5000, null);
      for (const one of actions) {
        act(running, one);
        running.store.takeEvents();
        const change: StoreChange | null = running.store.takeChange();
        if (change !== null) again.restore(change);
        expectSound(running.store, ended);
      }
      expect([...again.orders.values()]).toEqual([...running.store.orders.values()]);
      expect(again.accounts.get('A')?.cash.toFixed()).toBe(running.store.accounts.get('A')?.cash.toFixed());
    }),
    { numRuns: 100, seed: 178 },
  );
});
