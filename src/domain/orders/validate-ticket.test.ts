import { describe, expect, test } from '@jest/globals';
import type { OrderSpec } from './order.ts';
import { BUY_KO, BUY_SPREAD } from './testing/sample-orders.ts';
import type { BracketTicket, PriceWalk, StopLossSpec, TicketSpec } from './ticket.ts';
import { validateTicket } from './validate-ticket.ts';

function problems(spec: TicketSpec): readonly string[] {
  return validateTicket(spec, { asOf: '2026-11-20' }).map(({ path, message }) => `${path}: ${message}`);
}

const { limitPrice: _limitPrice, ...UNPRICED } = BUY_KO;
const { limitPrice: _netPrice, ...UNPRICED_SPREAD } = BUY_SPREAD;

describe('a bracket', () => {
  const bracket = (entry: OrderSpec, takeProfit: string, stopLoss: Partial<StopLossSpec>): BracketTicket => ({
    kind: 'bracket',
    entry,
    takeProfit: { limitPrice: takeProfit, timeInForce: 'GTC' },
    stopLoss: { type: 'STOP', timeInForce: 'GTC', ...stopLoss },
  });
  const SELL_KO: OrderSpec = { ...BUY_KO, side: 'SELL' };
  const MARKET: OrderSpec = { ...UNPRICED, type: 'MARKET' };
  const STOP_ENTRY: OrderSpec = { ...UNPRICED, type: 'STOP_LIMIT', stopPrice: '60', limitPrice: '61' };

  test.each([
    ['long', bracket(BUY_KO, '70', { stopPrice: '55' })],
    ['short', bracket(SELL_KO, '55', { stopPrice: '70' })],
    ['long at the market', bracket(MARKET, '70', { stopPrice: '55' })],
    ['long on a breakout', bracket(STOP_ENTRY, '62', { stopPrice: '59' })],
    ['long with a trailing stop', bracket(BUY_KO, '70', { type: 'TRAILING_STOP', trailPercent: '5' })],
    ['long with a stop limit', bracket(BUY_KO, '70', { type: 'STOP_LIMIT', stopPrice: '55', limitPrice: '55' })],
    ['short with a stop limit', bracket(SELL_KO, '55', { type: 'STOP_LIMIT', stopPrice: '65', limitPrice: '66' })],
    [
      'short with a stop limit at its stop',
      bracket(SELL_KO, '55', { type: 'STOP_LIMIT', stopPrice: '65', limitPrice: '65' }),
    ],
  ])('%s is valid', (_, spec) => {
    expect(problems(spec)).toEqual([]);
  });

  test.each([
    [
      'a profit below a long entry',
      bracket(BUY_KO, '59', { stopPrice: '55' }),
      ['takeProfit.limitPrice: must be above the limit price 60 of a BUY, not 59'],
    ],
    [
      'a profit at a long entry',
      bracket(BUY_KO, '60', { stopPrice: '55' }),
      ['takeProfit.limitPrice: must be above the limit price 60 of a BUY, not 60'],
    ],
    [
      'a profit at a short entry, and a stop at it',
      bracket(SELL_KO, '60', { stopPrice: '60' }),
      [
        'takeProfit.limitPrice: must be below the limit price 60 of a SELL, not 60',
        'stopLoss.stopPrice: must be above the limit price 60 of a SELL, not 60',
        'takeProfit.limitPrice: must be below the stop loss 60 of a SELL, not 60',
      ],
    ],
    [
      'a stop above a long entry',
      bracket(BUY_KO, '70', { stopPrice: '61' }),
      ['stopLoss.stopPrice: must be below the limit price 60 of a BUY, not 61'],
    ],
    [
      'both the wrong way round of a short',
      bracket(SELL_KO, '70', { stopPrice: '55' }),
      [
        'takeProfit.limitPrice: must be below the limit price 60 of a SELL, not 70',
        'stopLoss.stopPrice: must be above the limit price 60 of a SELL, not 55',
        'takeProfit.limitPrice: must be below the stop loss 55 of a SELL, not 70',
      ],
    ],
    [
      'a stop above the profit where the entry has no price',
      bracket(MARKET, '55', { stopPrice: '60' }),
      ['takeProfit.limitPrice: must be above the stop loss 60 of a BUY, not 55'],
    ],
    [
      'a profit between the trigger and the limit of the entry',
      bracket(STOP_ENTRY, '60.50', { stopPrice: '59' }),
      ['takeProfit.limitPrice: must be above the limit price 61 of a BUY, not 60.50'],
    ],
    [
      'a stop between them',
      bracket(STOP_ENTRY, '62', { stopPrice: '60.50' }),
      ['stopLoss.stopPrice: must be below the stop price 60 of a BUY, not 60.50'],
    ],
    [
      'a stop that may not sell at its trigger',
      bracket(BUY_KO, '70', { type: 'STOP_LIMIT', stopPrice: '55', limitPrice: '56' }),
      ['stopLoss.limitPrice: must not be above the stop price 55 of a SELL, not 56'],
    ],
    [
      'a stop that may not buy at its trigger',
      bracket(SELL_KO, '55', { type: 'STOP_LIMIT', stopPrice: '70', limitPrice: '69' }),
      ['stopLoss.limitPrice: must not be below the stop price 70 of a BUY, not 69'],
    ],
    [
      'prices that are none or off the grid, with those of the entry',
      bracket({ ...BUY_KO, quantity: '0' }, '70.001', { stopPrice: 'NaN' }),
      [
        'entry.quantity: must be above 0, not 0',
        'takeProfit.limitPrice: 70.001 is off the price increment of 0.01',
        'stopLoss.stopPrice: "NaN" is not a decimal number of at most 15 digits before the point',
      ],
    ],
    [
      'a combination, which has no stop',
      bracket(BUY_SPREAD, '0.10', { type: 'TRAILING_STOP', trailPercent: '50' }),
      ['stopLoss.type: a combination trades at MARKET or LIMIT, not TRAILING_STOP'],
    ],
    ['a stop without a price', bracket(BUY_KO, '70', {}), ['stopLoss.stopPrice: is missing: a STOP order needs it']],
  ])('with %s', (_, spec, expected) => {
    expect(problems(spec)).toEqual(expected);
  });

  test('that is priced is compared with the limit of the walk', () => {
    const pricing: PriceWalk = { start: 'mid', step: '0.01', everySeconds: 5, limit: '60', atLimit: 'cancel' };
    const spec = { ...bracket(UNPRICED, '59', { stopPrice: '55' }), pricing };
    expect(problems(spec)).toEqual(['takeProfit.limitPrice: must be above the pricing limit 60 of a BUY, not 59']);
    expect(problems({ ...spec, pricing: { ...pricing, limit: 'natural' } })).toEqual([]);
  });
});

describe('pricing', () => {
  const PRICING: PriceWalk = { start: 'mid', step: '0.01', everySeconds: 5, limit: 'natural', atLimit: 'cancel' };
  const priced = (order: OrderSpec, change: Partial<PriceWalk> = {}): TicketSpec => ({
    kind: 'single',
    order,
    pricing: { ...PRICING, ...change },
  });

  test.each([
    ['that is natural', priced(UNPRICED, { everySeconds: 1 })],
    ['with a price as its limit', priced(UNPRICED, { limit: '60.05', everySeconds: 3600 })],
    [
      'of a combination towards a credit',
      { kind: 'combo', execution: 'native', order: UNPRICED_SPREAD, pricing: { ...PRICING, limit: '-0.45' } },
    ],
  ] as [string, TicketSpec][])('%s is valid', (_, spec) => {
    expect(problems(spec)).toEqual([]);
  });

  test.each([
    ['of an order with a price of its own', priced(BUY_KO), ['order.limitPrice: is superfluous: pricing sets it']],
    [
      'of a market order',
      priced({ ...UNPRICED, type: 'MARKET' }),
      ['pricing: only a LIMIT order is priced, not a MARKET order'],
    ],
    ['without a step', priced(UNPRICED, { step: '0' }), ['pricing.step: must be above 0, not 0']],
    [
      'at every half second',
      priced(UNPRICED, { everySeconds: 0.5 }),
      ['pricing.everySeconds: must be a whole number from 1 to 3600, not 0.5'],
    ],
    [
      'at every 0 seconds',
      priced(UNPRICED, { everySeconds: 0 }),
      ['pricing.everySeconds: must be a whole number from 1 to 3600, not 0'],
    ],
    [
      'beyond an hour',
      priced(UNPRICED, { everySeconds: 3601 }),
      ['pricing.everySeconds: must be a whole number from 1 to 3600, not 3601'],
    ],
    [
      'with a limit off the grid',
      priced(UNPRICED, { limit: '60.005' }),
      ['pricing.limit: 60.005 is off the price increment of 0.01'],
    ],
  ] as [string, TicketSpec, string[]][])('%s is not', (_, spec, expected) => {
    expect(problems(spec)).toEqual(expected);
  });
});

describe('lists', () => {
  const many = (count: number) => Array.from({ length: count }, () => BUY_KO);

  test.each([
    [{ kind: 'oca', orders: many(1) }, 'orders: an OCA group has 2 to 20 orders, not 1'],
    [{ kind: 'oca', orders: many(21) }, 'orders: an OCA group has 2 to 20 orders, not 21'],
    [{ kind: 'basket', orders: [] }, 'orders: a basket has 1 to 100 orders, not 0'],
    [{ kind: 'basket', orders: many(101) }, 'orders: a basket has 1 to 100 orders, not 101'],
  ] as [TicketSpec, string][])('are bounded: %#', (spec, expected) => {
    expect(problems(spec)).toEqual([expected]);
  });

  test('of valid orders are valid up to their bounds', () => {
    expect(problems({ kind: 'oca', orders: many(2) })).toEqual([]);
    expect(problems({ kind: 'oca', orders: many(20) })).toEqual([]);
    expect(problems({ kind: 'basket', orders: many(100) })).toEqual([]);
  });

  test('tell the mistakes of every order with its place', () => {
    const orders = [BUY_KO, { ...BUY_KO, quantity: '0' }, { ...BUY_KO, limitPrice: '0' }];
    expect(problems({ kind: 'basket', orders })).toEqual([
      'orders[1].quantity: must be above 0, not 0',
      'orders[2].limitPrice: must be above 0, not 0',
    ]);
  });
});

describe('a combination leg by leg', () => {
  const legged = (legLimitPrices: string[] | null, order = BUY_SPREAD): TicketSpec => ({
    kind: 'combo',
    execution: 'legs',
    order,
    ...(legLimitPrices && { legLimitPrices }),
  });

  test.each([
    ['a limit with prices that come to it', legged(['1.50', '1.00'])],
    ['a limit with prices within it', legged(['1.50', '1.20'])],
    ['a sale with prices that come to it', legged(['1.50', '1.00'], { ...BUY_SPREAD, side: 'SELL' })],
    ['a sale with prices above it', legged(['1.60', '1.00'], { ...BUY_SPREAD, side: 'SELL' })],
    ['a market order without prices', legged(null, { ...UNPRICED_SPREAD, type: 'MARKET' })],
  ])('%s is valid', (_, spec) => {
    expect(problems(spec)).toEqual([]);
  });

  test.each([
    [
      'prices that cost more than the limit',
      legged(['1.55', '1.00']),
      'legLimitPrices: come to a net price of -0.45, beyond the limit price -0.5',
    ],
    [
      'prices that bring less than the limit of a sale',
      legged(['1.45', '1.00'], { ...BUY_SPREAD, side: 'SELL' }),
      'legLimitPrices: come to a net price of -0.55, beyond the limit price -0.5',
    ],
    ['no prices', legged(null), 'legLimitPrices: each of the 2 legs needs one, and there are 0'],
    ['a price too many', legged(['1', '1', '1']), 'legLimitPrices: each of the 2 legs needs one, and there are 3'],
    [
      'prices of a market order',
      legged(['1.50', '1.00'], { ...UNPRICED_SPREAD, type: 'MARKET' }),
      'legLimitPrices: a MARKET order has no leg prices, and there are 2',
    ],
    ['a price that is negative', legged(['1.50', '-1']), 'legLimitPrices[1]: must be above 0, not -1'],
    ['a price off the grid', legged(['1.51', '1.00']), 'legLimitPrices[0]: 1.51 is off the price increment of 0.05'],
  ])('%s is not', (_, spec, expected) => {
    expect(problems(spec)).toEqual([expected]);
  });
});
