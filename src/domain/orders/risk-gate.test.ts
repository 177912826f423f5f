import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dec } from '../money/decimal.ts';
import { type HeldPosition, intentKey } from './exposure.ts';
import type { PlannedOrder } from './order.ts';
import { assessOrder, type RiskFacts } from './risk-gate.ts';
import { DEFAULT_RISK_LIMITS, describe as inWords, type RiskLimits } from './risk-limits.ts';
import { BUY_KO, BUY_SPREAD, KO, KO_CALL, planned } from './testing/sample-orders.ts';

const FACTS: RiskFacts = {
  mode: 'normal',
  cashUsd: '10000',
  buyingPowerUsd: '20000',
  netLiquidationUsd: '10000',
  positions: [],
  working: [],
  recentIntents: [],
  quote: '60',
  isMarketOpen: true,
  tradeId: null,
  marginUsd: null,
  commissionUsd: '1',
  portfolioDeltaUsd: '0',
  deltaUsdPerUnit: '60',
};
const LIMITS: RiskLimits = { ...DEFAULT_RISK_LIMITS, maxOrderNotionalUsd: '5000', maxPortfolioDeltaUsd: '9000' };
const BUY = planned(BUY_KO);
const SELL = planned({ ...BUY_KO, side: 'SELL' });
const MARKET = planned({ tradable: KO, side: 'BUY', quantity: '10', type: 'MARKET', timeInForce: 'DAY' });

function held(symbol: string, marketValueUsd = '0', tradeId: string | null = null): HeldPosition {
  return { instrument: { kind: 'stock', symbol }, quantity: '10', marketValueUsd, tradeId };
}

/** Why the order is denied, in words; none where it is allowed. */
function denials(order: PlannedOrder, facts: Partial<RiskFacts> = {}, limits: Partial<RiskLimits> = {}) {
  const { allowed, checks } = assessOrder(order, { ...FACTS, ...facts }, { ...LIMITS, ...limits });
  const failed = checks.filter((check) => !check.passed);
  expect(allowed).toBe(failed.length === 0);
  return failed.map(inWords);
}

test('an order within all limits is allowed, with every limit, its value and the attempted value', () => {
  expect(assessOrder(BUY, FACTS, LIMITS)).toEqual({
    allowed: true,
    reduces: false,
    checks: [
      { limit: 'trading_mode', bound: 'normal', attempted: 'opening', passed: true },
      { limit: 'duplicate_intent', bound: 'once', attempted: 'no other order', passed: true },
      { limit: 'price_sanity_percent', bound: '20', attempted: '0', passed: true },
      { limit: 'market_hours', bound: 'open', attempted: 'open', passed: true },
      { limit: 'buying_power_usd', bound: '20000', attempted: '601', passed: true },
      { limit: 'allocation_percent', bound: '80', attempted: '6', passed: true },
      { limit: 'cash_usd', bound: '10000', attempted: '601', passed: true },
      { limit: 'order_notional_usd', bound: '5000', attempted: '600', passed: true },
      { limit: 'positions_per_symbol', bound: '2', attempted: '1', passed: true },
      { limit: 'positions', bound: '20', attempted: '1', passed: true },
      { limit: 'portfolio_delta_usd', bound: '9000', attempted: '600', passed: true },
    ],
  });
});

test('limits that are not set are not checked', () => {
  const limits = { ...DEFAULT_RISK_LIMITS, isCashOnly: false, isMarketHoursOnly: false };
  const { checks } = assessOrder(BUY, { ...FACTS, cashUsd: '0', isMarketOpen: false, deltaUsdPerUnit: null }, limits);
  expect(checks.map((check) => check.limit)).toEqual([
    ...['trading_mode', 'duplicate_intent', 'price_sanity_percent', 'buying_power_usd', 'allocation_percent'],
    ...['positions_per_symbol', 'positions'],
  ]);
  expect(checks.every((check) => check.passed)).toBe(true);
});

describe('an opening order is denied beyond, and allowed at,', () => {
  const trades = (count: number, symbol: string) =>
    Array.from({ length: count }, (_, index) => held(symbol, '0', `trade-${index}`));

  test.each([
    [
      'buying power',
      { buyingPowerUsd: '600.99' },
      { buyingPowerUsd: '601' },
      'buying power is 600.99 USD, and the order needs 601.00 USD',
    ],
    [
      'buying power by the margin that the broker told',
      { marginUsd: '20000' },
      { marginUsd: '19999' },
      'buying power is 20,000.00 USD, and the order needs 20,001.00 USD',
    ],
    ['cash', { cashUsd: '600.99' }, { cashUsd: '601' }, 'cash is 600.99 USD, and the order needs 601.00 USD'],
    [
      'positions per symbol',
      { positions: trades(2, 'KO'), tradeId: 'new' },
      { positions: trades(1, 'KO'), tradeId: 'new' },
      'positions per symbol are limited to 2, and it would be 3',
    ],
    [
      'positions in all',
      { positions: trades(20, 'PG') },
      { positions: trades(19, 'PG') },
      'positions are limited to 20 in all, and it would be 21',
    ],
    [
      'allocation',
      { positions: [held('PG', '7400.01')] },
      { positions: [held('PG', '7400')] },
      'allocation is limited to 80 % of the account, and it would be 80.01 %',
    ],
    [
      'allocation, short positions counted by their size',
      { positions: [held('PG', '-7400.01')] },
      { positions: [held('PG', '-7400')] },
      'allocation is limited to 80 % of the account, and it would be 80.01 %',
    ],
    [
      'portfolio delta',
      { portfolioDeltaUsd: '8400.01' },
      { portfolioDeltaUsd: '8400' },
      'portfolio delta is limited to 9,000.00 USD, and it would be 9,000.01 USD',
    ],
    [
      'the distance from the last quote',
      { quote: '49.99' },
      { quote: '50' },
      'a price may be 20 % from the last quote at most, and it is 20.03 %',
    ],
    [
      'the distance below the last quote',
      { quote: '75.01' },
      { quote: '75' },
      'a price may be 20 % from the last quote at most, and it is 20.02 %',
    ],
    ['market hours', { isMarketOpen: false }, {}, 'the market must be open, and it is closed'],
    [
      'the same intent',
      { recentIntents: [{ orderRef: 'other/7', intentKey: intentKey(BUY) }] },
      { recentIntents: [{ orderRef: BUY.orderRef, intentKey: intentKey(BUY) }] },
      'an order may stand only once, and other/7 has the same intent',
    ],
    ['reduce-only', { mode: 'reduce_only' }, {}, 'trading mode is reduce_only, and the order is opening'],
    ['a pause', { mode: 'paused' }, {}, 'trading mode is paused, and the order is opening'],
  ] as [string, Partial<RiskFacts>, Partial<RiskFacts>, string][])('%s', (_, beyond, at, expected) => {
    expect(denials(BUY, beyond)).toEqual([expected]);
    expect(denials(BUY, at)).toEqual([]);
  });

  test('order notional', () => {
    expect(denials(BUY, {}, { maxOrderNotionalUsd: '599.99' })).toEqual([
      "order notional is limited to 599.99 USD, and the order's is 600.00 USD",
    ]);
    expect(denials(BUY, {}, { maxOrderNotionalUsd: '600' })).toEqual([]);
  });
});

test('what working orders will cost is no longer there to spend, but for the order’s own', () => {
  const other = {
    order: planned(BUY_KO, { orderRef: 'other/1' }),
    remainingQuantity: '1',
    reservedUsd: '9400',
    tradeId: null,
  };
  expect(denials(BUY, { working: [other], netLiquidationUsd: '100000' })).toEqual([
    'cash is 600.00 USD, and the order needs 601.00 USD',
  ]);
  const facts = { working: [other], cashUsd: '50000', buyingPowerUsd: '10000.99', netLiquidationUsd: '100000' };
  expect(denials(BUY, facts)).toEqual(['buying power is 600.99 USD, and the order needs 601.00 USD']);
  expect(denials(BUY, { working: [other] })).toContain(
    'allocation is limited to 80 % of the account, and it would be 100 %',
  );
  expect(denials(BUY, { working: [{ ...other, order: BUY }] })).toEqual([]);
});

test('without a quote nothing that depends on a price passes', () => {
  expect(denials(MARKET, { quote: null })).toEqual([
    'a price may be 20 % from the last quote at most, and there is no quote',
    'buying power is 20,000.00 USD, and the order needs an amount that cannot be known',
    'allocation is limited to 80 % of the account, and it would be an amount that cannot be known',
    'cash is 10,000.00 USD, and the order needs an amount that cannot be known',
    "order notional is limited to 5,000.00 USD, and the order's is an amount that cannot be known",
  ]);
});

test('an account without value, a quote of zero or an unknown delta deny', () => {
  expect(denials(BUY, { netLiquidationUsd: '0' })).toEqual([
    'allocation is limited to 80 % of the account, and it would be an amount that cannot be known',
  ]);
  expect(denials(BUY, { quote: '0' })).toEqual([
    'a price may be 20 % from the last quote at most, and there is no quote',
  ]);
  expect(denials(BUY, { deltaUsdPerUnit: null })).toHaveLength(1);
});

describe('the price that an order is assessed at', () => {
  const notional = (order: PlannedOrder, quote: string) =>
    assessOrder(order, { ...FACTS, quote }, { ...LIMITS, maxOrderNotionalUsd: '1' }).checks.find(
      (check) => check.limit === 'order_notional_usd',
    )?.attempted;

  test.each([
    ['of a bought limit order is its limit', BUY, '65', '600'],
    ['of a sold limit order is the market where that is higher', SELL, '65', '650'],
    ['of a sold limit order is its limit where that is higher', SELL, '55', '600'],
    ['of a market order is the market', MARKET, '65', '650'],
    [
      'of a stop order is its trigger above the market',
      planned({ ...MARKET, type: 'STOP', stopPrice: '70' }),
      '65',
      '700',
    ],
    ['of an option is of all its units', planned({ ...BUY_KO, tradable: KO_CALL, limitPrice: '1.5' }), '1.5', '1500'],
    ['of a combination is its net price without sign', planned(BUY_SPREAD), '-0.5', '500'],
  ])('%s', (_, order, quote, expected) => {
    expect(notional(order, quote)).toBe(expected);
  });

  test('of a stop counts for its distance from the market, too', () => {
    const order = planned({ ...MARKET, type: 'STOP', stopPrice: '100' });
    expect(denials(order)).toEqual(['a price may be 20 % from the last quote at most, and it is 66.67 %']);
  });
});

describe('cash', () => {
  const needed = (order: PlannedOrder, quote: string) =>
    assessOrder(order, { ...FACTS, quote }, LIMITS).checks.find((check) => check.limit === 'cash_usd')?.attempted;

  test.each([
    ['is needed for a debit and the commission', planned({ ...BUY_SPREAD, limitPrice: '0.5' }), '0.5', '501'],
    ['is not needed for a credit', planned(BUY_SPREAD), '-0.5', '1'],
    ['is needed to close a credit', planned({ ...BUY_SPREAD, side: 'SELL' }), '-0.5', '501'],
    ['is not needed for a sale', SELL, '60', '1'],
  ])('%s', (_, order, quote, expected) => {
    expect(needed(order, quote)).toBe(expected);
  });
});

test('a net price near zero is measured in dollars, not in percent of nothing', () => {
  const order = planned({ ...BUY_SPREAD, limitPrice: '0.15' });
  expect(denials(order, { quote: '-0.05' })).toEqual([]);
  expect(denials(order, { quote: '-0.06' })).toEqual([
    'a price may be 20 % from the last quote at most, and it is 21 %',
  ]);
  expect(denials(planned({ ...BUY_SPREAD, limitPrice: '-4' }), { quote: '-5' })).toEqual([]);
});

test('beyond the limit of delta an order passes that brings it nearer to zero, and no other', () => {
  expect(denials(SELL, { portfolioDeltaUsd: '20000' })).toEqual([]);
  expect(denials(BUY, { portfolioDeltaUsd: '20000' })).toHaveLength(1);
  expect(denials(BUY, { portfolioDeltaUsd: '-20000' })).toEqual([]);
  expect(denials(SELL, { portfolioDeltaUsd: '-20000' })).toHaveLength(1);
});

test('several limits are told at once', () => {
  expect(denials(BUY, { mode: 'paused', cashUsd: '0', isMarketOpen: false })).toHaveLength(3);
});

test('an order that only reduces is allowed against every limit, but not while trading is paused', () => {
  const bad = { cashUsd: '0', buyingPowerUsd: '0', netLiquidationUsd: '-1', quote: null, isMarketOpen: false } as const;
  const facts = { ...bad, positions: [held('KO', '600')] };
  expect(denials(SELL, facts)).toEqual([]);
  expect(denials(SELL, { ...facts, mode: 'reduce_only' })).toEqual([]);
  expect(denials(SELL, { ...facts, mode: 'paused' })).toEqual(['trading mode is paused, and the order is reducing']);
  expect(assessOrder(SELL, { ...FACTS, ...facts }, LIMITS)).toMatchObject({
    reduces: true,
    checks: [{ passed: true }],
  });
});

test('no allowed opening order ever takes more than there is', () => {
  const cents = fc.integer({ min: 1, max: 2_000_000 }).map((value) => dec(value).dividedBy(100).toFixed());
  const scene = fc.record({ price: cents, quantity: fc.integer({ min: 1, max: 500 }), cash: cents, total: cents });
  fc.assert(
    fc.property(scene, ({ price, quantity, cash, total }) => {
      const order = planned({ ...BUY_KO, limitPrice: price, quantity: String(quantity) });
      const facts = { ...FACTS, quote: price, cashUsd: cash, buyingPowerUsd: cash, netLiquidationUsd: total };
      const { allowed } = assessOrder(order, facts, { ...LIMITS, maxPortfolioDeltaUsd: null });
      const cost = dec(price).times(quantity);
      const fits = cost.plus(1).lte(cash) && cost.lte(dec(total).times('0.8')) && cost.lte(5000);
      expect(allowed).toBe(fits);
    }),
  );
});
