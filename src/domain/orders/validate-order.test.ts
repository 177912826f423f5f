import { describe, expect, test } from '@jest/globals';
import type { ComboLeg } from './instrument.ts';
import type { OrderSpec } from './order.ts';
import { BUY_KO, BUY_SPREAD, KO_CALL } from './testing/sample-orders.ts';
import type { Combo } from './ticket.ts';
import { validateOrder } from './validate-order.ts';

const FACTS = { asOf: '2026-11-20' };
const CALL_ORDER: OrderSpec = { ...BUY_KO, tradable: KO_CALL, limitPrice: '1.25' };

/** The problems as `path: message`. */
function problems(change: object, base: OrderSpec = BUY_KO): readonly string[] {
  return validateOrder({ ...base, ...change }, 'order', FACTS).map(({ path, message }) => `${path}: ${message}`);
}

/** The order with its price taken out, of another type. */
function unpriced(change: object): OrderSpec {
  const { limitPrice: _, ...rest } = BUY_KO;
  return { ...rest, ...change };
}

function leg(strike: string): ComboLeg {
  return { instrument: { ...KO_CALL, strike }, side: 'BUY', ratio: 1 };
}

function spread(change: Partial<Combo>): OrderSpec {
  return { ...BUY_SPREAD, tradable: { ...BUY_SPREAD.tradable, ...change } };
}

test.each([
  BUY_KO,
  CALL_ORDER,
  BUY_SPREAD,
  unpriced({ type: 'MARKET' }),
  unpriced({ type: 'STOP', stopPrice: '61' }),
  unpriced({ type: 'STOP_LIMIT', stopPrice: '61', limitPrice: '61.05' }),
  unpriced({ type: 'TRAILING_STOP', trailAmount: '0.5' }),
  unpriced({ type: 'TRAILING_STOP', trailPercent: '99.9' }),
  { ...BUY_KO, limitPrice: '0.9999' },
  { ...CALL_ORDER, tradable: { ...KO_CALL, expiration: '2026-11-20' } },
  { ...BUY_SPREAD, limitPrice: '0' },
  { ...BUY_KO, quantity: '123456789012345.000000000000' },
  spread({ legs: Array.from({ length: 8 }, (_, n) => leg(String(60 + n))) }),
] as OrderSpec[])('an order that can be traded has no problem: %j', (order) => {
  expect(validateOrder(order, '', FACTS)).toEqual([]);
});

describe('quantity', () => {
  test.each([
    ['-5', 'must be above 0, not -5'],
    ['0', 'must be above 0, not 0'],
    ['-0', 'must be above 0, not -0'],
    ['1.5', 'must be whole, not 1.5'],
    ['NaN', '"NaN" is not a decimal number of at most 15 digits before the point'],
    ['Infinity', '"Infinity" is not a decimal number of at most 15 digits before the point'],
    ['1e3', '"1e3" is not a decimal number of at most 15 digits before the point'],
    ['1234567890123456', '"1234567890123456" is not a decimal number of at most 15 digits before the point'],
    ['', '"" is not a decimal number of at most 15 digits before the point'],
    ['9'.repeat(500), `"${'9'.repeat(40)}" is not a decimal number of at most 15 digits before the point`],
  ])('%s', (quantity, message) => {
    expect(problems({ quantity })).toEqual([`order.quantity: ${message}`]);
  });
});

describe('prices', () => {
  test.each([
    ['of a limit order is missing', unpriced({}), ['limitPrice: is missing: a LIMIT order needs it']],
    ['of a stop order is missing', unpriced({ type: 'STOP' }), ['stopPrice: is missing: a STOP order needs it']],
    [
      'of a stop-limit order are both missing',
      unpriced({ type: 'STOP_LIMIT' }),
      ['stopPrice: is missing: a STOP_LIMIT order needs it', 'limitPrice: is missing: a STOP_LIMIT order needs it'],
    ],
    ['is superfluous', { ...BUY_KO, type: 'MARKET' }, ['limitPrice: is superfluous: a MARKET order has none']],
    [
      'of other types are superfluous',
      { ...BUY_KO, stopPrice: '61', trailPercent: '5' },
      ['stopPrice: is superfluous: a LIMIT order has none', 'trailPercent: is superfluous: a LIMIT order has none'],
    ],
    ['is zero', { ...BUY_KO, limitPrice: '0' }, ['limitPrice: must be above 0, not 0']],
    ['is negative', { ...BUY_KO, limitPrice: '-1' }, ['limitPrice: must be above 0, not -1']],
    ['is off the cent', { ...BUY_KO, limitPrice: '60.005' }, ['limitPrice: 60.005 is off the price increment of 0.01']],
    [
      'is off the increment below a dollar',
      { ...BUY_KO, limitPrice: '0.55555' },
      ['limitPrice: 0.55555 is off the price increment of 0.0001'],
    ],
    [
      'of an option is off its increment',
      { ...CALL_ORDER, limitPrice: '3.05' },
      ['limitPrice: 3.05 is off the price increment of 0.1'],
    ],
    [
      'of a combination is off the cent',
      { ...BUY_SPREAD, limitPrice: '-0.505' },
      ['limitPrice: -0.505 is off the price increment of 0.01'],
    ],
    [
      'of a stop is off the cent',
      unpriced({ type: 'STOP', stopPrice: '60.001' }),
      ['stopPrice: 60.001 is off the price increment of 0.01'],
    ],
  ] as [string, OrderSpec, string[]][])('a price %s', (_, order, expected) => {
    expect(problems({}, order)).toEqual(expected.map((problem) => `order.${problem}`));
  });

  const EITHER = 'order: a trailing stop has either a trailAmount or a trailPercent';
  test.each([
    ['neither amount nor percent', {}, [EITHER]],
    ['both', { trailAmount: '1', trailPercent: '5' }, [EITHER]],
    ['a percentage of 100', { trailPercent: '100' }, ['order.trailPercent: must be below 100, not 100']],
    ['a percentage of 0', { trailPercent: '0' }, ['order.trailPercent: must be above 0, not 0']],
    ['a negative amount', { trailAmount: '-1' }, ['order.trailAmount: must be above 0, not -1']],
    [
      'a limit price',
      { trailAmount: '1', limitPrice: '50' },
      ['order.limitPrice: is superfluous: a TRAILING_STOP order has none'],
    ],
  ])('a trailing stop with %s', (_, change, expected) => {
    expect(problems({}, unpriced({ type: 'TRAILING_STOP', ...change }))).toEqual(expected);
  });

  test('the grid of a penny class allows what the standard grid does not', () => {
    const grid = { optionProgrammes: new Map([['KO', 'penny' as const]]) };
    const order = { ...CALL_ORDER, limitPrice: '1.23' };
    expect(validateOrder(order, '', FACTS)).toHaveLength(1);
    expect(validateOrder(order, '', { ...FACTS, grid })).toEqual([]);
  });
});

describe('what is traded', () => {
  test.each([
    ['an expired option', { expiration: '2026-11-19' }, 'expiration: expired on 2026-11-19; today is 2026-11-20'],
    ['an expiration that is no day', { expiration: '2026-02-30' }, 'expiration: "2026-02-30" is not a day'],
    ['a strike of zero', { strike: '0' }, 'strike: must be above 0, not 0'],
    ['a negative multiplier', { multiplier: '-100' }, 'multiplier: must be above 0, not -100'],
    ['a symbol that is none', { symbol: 'ko; drop' }, 'symbol: "ko; drop" is not a symbol'],
  ])('%s', (_, change, message) => {
    expect(problems({ tradable: { ...KO_CALL, ...change } }, CALL_ORDER)).toEqual([`order.tradable.${message}`]);
  });

  const [first, second] = BUY_SPREAD.tradable.legs;
  if (!first || !second) throw new Error('the sample spread has two legs');

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a leg ratio of %d', (ratio) => {
    expect(problems({}, spread({ legs: [first, { ...second, ratio }] }))).toEqual([
      `order.tradable.legs[1].ratio: must be a whole number of at least 1, not ${ratio}`,
    ]);
  });

  test('the same leg twice, even against each other', () => {
    expect(problems({}, spread({ legs: [first, second, { ...first, side: 'SELL' }] }))).toEqual([
      'order.tradable.legs[2]: trades "KO 2026-12-18 C 60", as legs[0] does',
    ]);
  });

  test('a leg that expired', () => {
    const old = { ...first, instrument: { ...KO_CALL, expiration: '2020-01-17' } };
    expect(problems({}, spread({ legs: [old, second] }))).toEqual([
      'order.tradable.legs[0].instrument.expiration: expired on 2020-01-17; today is 2026-11-20',
    ]);
  });

  test.each([1, 9, 10_000])('a combination of %d legs is refused as a whole', (count) => {
    const legs = Array.from({ length: count }, () => ({ ...first, ratio: 0 }));
    expect(problems({}, spread({ legs }))).toEqual([
      `order.tradable.legs: a combination has 2 to 8 legs, not ${count}`,
    ]);
  });

  test('a combination takes no stop', () => {
    const order = { ...BUY_SPREAD, type: 'STOP_LIMIT', stopPrice: '1' } as const;
    expect(problems({}, order)).toEqual(['order.type: a combination trades at MARKET or LIMIT, not STOP_LIMIT']);
  });
});

test('all mistakes are told at once', () => {
  const order = {
    quantity: '-1.5',
    limitPrice: 'NaN',
    tradable: { ...KO_CALL, expiration: '2020-01-17', strike: '-1' },
  };
  expect(problems(order).map((problem) => problem.split(':')[0])).toEqual([
    'order.tradable.expiration',
    'order.tradable.strike',
    'order.quantity',
    'order.limitPrice',
  ]);
});
