import { describe, expect, test } from '@jest/globals';
import { placementsOf, planTicket } from './plan-ticket.ts';
import { BUY_KO, BUY_SPREAD, KO, KO_CALL } from './testing/sample-orders.ts';
import type { BracketTicket, TicketSpec } from './ticket.ts';

const BRACKET: BracketTicket = {
  kind: 'bracket',
  entry: BUY_KO,
  takeProfit: { limitPrice: '70', timeInForce: 'GTC' },
  stopLoss: { type: 'STOP_LIMIT', timeInForce: 'GTC', stopPrice: '55', limitPrice: '54' },
};

describe('planTicket', () => {
  test('a single order is itself', () => {
    expect(planTicket('t', { kind: 'single', order: BUY_KO })).toEqual([
      { ...BUY_KO, orderRef: 't/1', role: 'single', parentRef: null, ocaGroup: null },
    ]);
  });

  test('a bracket’s exits are children of the entry, against it, and cancel each other', () => {
    const child = {
      tradable: KO,
      side: 'SELL',
      quantity: '10',
      timeInForce: 'GTC',
      parentRef: 't/1',
      ocaGroup: 't/oca',
    };
    expect(planTicket('t', BRACKET)).toEqual([
      { ...BUY_KO, orderRef: 't/1', role: 'entry', parentRef: null, ocaGroup: null },
      { ...child, orderRef: 't/2', role: 'take_profit', type: 'LIMIT', limitPrice: '70' },
      { ...child, orderRef: 't/3', role: 'stop_loss', type: 'STOP_LIMIT', stopPrice: '55', limitPrice: '54' },
    ]);
  });

  test('the exits of a sold entry buy', () => {
    const orders = planTicket('t', { ...BRACKET, entry: { ...BUY_KO, side: 'SELL' } });
    expect(orders.map((order) => order.side)).toEqual(['SELL', 'BUY', 'BUY']);
  });

  test('the orders of an OCA ticket are one group without parents', () => {
    const orders = planTicket('t', { kind: 'oca', orders: [BUY_KO, { ...BUY_KO, limitPrice: '59' }] });
    expect(
      orders.map((order) => [order.orderRef, order.role, order.parentRef, order.ocaGroup, order.limitPrice]),
    ).toEqual([
      ['t/1', 'single', null, 't/oca', '60'],
      ['t/2', 'single', null, 't/oca', '59'],
    ]);
  });

  test('a native combination is one order of all its legs', () => {
    expect(planTicket('t', { kind: 'combo', execution: 'native', order: BUY_SPREAD })).toEqual([
      { ...BUY_SPREAD, orderRef: 't/1', role: 'single', parentRef: null, ocaGroup: null },
    ]);
  });

  test('a combination leg by leg buys first, with its own prices and its ratios', () => {
    const ticket: TicketSpec = { kind: 'combo', execution: 'legs', order: BUY_SPREAD, legLimitPrices: ['1.5', '1'] };
    const leg = { type: 'LIMIT', timeInForce: 'DAY', role: 'leg', parentRef: null, ocaGroup: null };
    const at65 = { ...KO_CALL, strike: '65' };
    expect(planTicket('t', ticket)).toEqual([
      { ...leg, orderRef: 't/1', tradable: KO_CALL, side: 'BUY', quantity: '10', limitPrice: '1.5' },
      { ...leg, orderRef: 't/2', tradable: at65, side: 'SELL', quantity: '20', limitPrice: '1' },
    ]);
    expect(planTicket('t', { ...ticket, order: { ...BUY_SPREAD, side: 'SELL' } })).toEqual([
      { ...leg, orderRef: 't/1', tradable: at65, side: 'BUY', quantity: '20', limitPrice: '1' },
      { ...leg, orderRef: 't/2', tradable: KO_CALL, side: 'SELL', quantity: '10', limitPrice: '1.5' },
    ]);
  });

  test('the legs of a market order have no price, and not the net price either', () => {
    const { limitPrice: _, ...unpriced } = BUY_SPREAD;
    const orders = planTicket('t', { kind: 'combo', execution: 'legs', order: { ...unpriced, type: 'MARKET' } });
    expect(orders.map((order) => [order.type, 'limitPrice' in order])).toEqual([
      ['MARKET', false],
      ['MARKET', false],
    ]);
  });

  test('a plan of the same ticket is the same plan', () => {
    expect(planTicket('t', BRACKET)).toEqual(planTicket('t', structuredClone(BRACKET)));
  });
});

describe('placementsOf', () => {
  const refs = (spec: TicketSpec) =>
    placementsOf(planTicket('t', spec)).map((placement) => placement.map((order) => order.orderRef));

  test.each([
    ['an entry goes with its exits', BRACKET, [['t/1', 't/2', 't/3']]],
    ['an OCA group goes as a whole', { kind: 'oca', orders: [BUY_KO, BUY_KO] }, [['t/1', 't/2']]],
    ['the orders of a basket go one by one', { kind: 'basket', orders: [BUY_KO, BUY_KO] }, [['t/1'], ['t/2']]],
    ['legs go one by one', { kind: 'combo', execution: 'legs', order: BUY_SPREAD }, [['t/1'], ['t/2']]],
  ] as [string, TicketSpec, string[][]][])('%s', (_, spec, expected) => {
    expect(refs(spec)).toEqual(expected);
  });
});
