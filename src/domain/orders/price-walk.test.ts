import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dec } from '../money/decimal.ts';
import { CENT_STEPS, isOnIncrement, US_OPTION_STEPS, US_STOCK_STEPS } from './price-increment.ts';
import { nextWalkPrice, type PriceWalkInput } from './price-walk.ts';

const STOCK = { increments: US_STOCK_STEPS, isNetPrice: false } as const;
const NET = { increments: CENT_STEPS, isNetPrice: true } as const;
const BUY: PriceWalkInput = {
  ...STOCK,
  side: 'BUY',
  quote: { bid: '10.00', ask: '10.09' },
  step: '0.02',
  limit: 'natural',
  present: null,
};
const SELL: PriceWalkInput = { ...BUY, side: 'SELL' };

/** Walks against a market that stands still until the limit; the prices in their order. */
function walk(input: PriceWalkInput): readonly string[] {
  const prices: string[] = [];
  for (let present = input.present; ; ) {
    const next = nextWalkPrice({ ...input, present });
    if (next.kind !== 'price') return [...prices, next.kind];
    prices.push(next.price);
    present = next.price;
  }
}

describe('a walk through a market that stands still', () => {
  test.each([
    ['a buy rises from the middle to the ask', BUY, ['10.04', '10.06', '10.08', '10.09', 'at_limit']],
    ['a sale falls from the middle to the bid', SELL, ['10.05', '10.03', '10.01', '10.00', 'at_limit']],
    ['a buy stops at its limit', { ...BUY, limit: '10.07' }, ['10.04', '10.06', '10.07', 'at_limit']],
    ['a sale stops at its limit', { ...SELL, limit: '10.02' }, ['10.05', '10.03', '10.02', 'at_limit']],
    ['a limit off the grid is rounded to our side', { ...BUY, limit: '10.059' }, ['10.04', '10.05', 'at_limit']],
    ['a sale limit off the grid, too', { ...SELL, limit: '10.031' }, ['10.05', '10.04', 'at_limit']],
    [
      'a limit beyond the market is walked to',
      { ...BUY, limit: '10.10', step: '0.05' },
      ['10.04', '10.09', '10.10', 'at_limit'],
    ],
    ['a limit short of the middle is the first price', { ...BUY, limit: '10.01' }, ['10.01', 'at_limit']],
    ['a sale limit above the middle is the first price', { ...SELL, limit: '10.08' }, ['10.08', 'at_limit']],
    [
      'a step below the increment still moves',
      { ...BUY, step: '0.001', limit: '10.06' },
      ['10.04', '10.05', '10.06', 'at_limit'],
    ],
    ['of a sale, too', { ...SELL, step: '0.001', limit: '10.03' }, ['10.05', '10.04', '10.03', 'at_limit']],
    [
      'a bought combination that pays a credit gives it up towards the ask',
      { ...BUY, ...NET, quote: { bid: '-1.60', ask: '-1.45' }, step: '0.05' },
      ['-1.53', '-1.48', '-1.45', 'at_limit'],
    ],
    [
      'a sold combination that costs a debit pays more towards the bid',
      { ...SELL, ...NET, quote: { bid: '-1.60', ask: '-1.45' }, step: '0.05' },
      ['-1.52', '-1.57', '-1.60', 'at_limit'],
    ],
    [
      'a combination may cross zero',
      { ...BUY, ...NET, quote: { bid: '-0.05', ask: '0.02' }, step: '0.02' },
      ['-0.02', '0.00', '0.02', 'at_limit'],
    ],
    [
      'an option is never sold for nothing',
      { ...SELL, increments: US_OPTION_STEPS, quote: { bid: '0', ask: '0.20' }, step: '0.05' },
      ['0.10', '0.05', 'at_limit'],
    ],
    [
      'an option is never bid for with nothing',
      { ...BUY, increments: US_OPTION_STEPS, quote: { bid: '0', ask: '0.05' }, step: '0.05' },
      ['0.05', 'at_limit'],
    ],
    [
      'a grid that widens on the way is kept',
      { ...BUY, increments: US_OPTION_STEPS, quote: { bid: '2.80', ask: '3.20' }, step: '0.05', present: '2.95' },
      ['3.00', '3.10', '3.20', 'at_limit'],
    ],
  ] as [string, PriceWalkInput, string[]][])('%s', (_, input, expected) => {
    expect(walk(input)).toEqual(expected);
  });
});

test('the order keeps its price when the market comes to meet it', () => {
  expect(nextWalkPrice({ ...BUY, present: '10.06', quote: { bid: '9.90', ask: '9.95' } })).toEqual({
    kind: 'at_limit',
  });
  expect(nextWalkPrice({ ...SELL, present: '10.03', quote: { bid: '10.20', ask: '10.30' } })).toEqual({
    kind: 'at_limit',
  });
});

test('no price of the grid within the limit is the limit reached', () => {
  expect(nextWalkPrice({ ...BUY, limit: '0.00005' })).toEqual({ kind: 'at_limit' });
});

test.each([[{ bid: '10', ask: '0' }], [{ bid: '-1', ask: '-1' }], [{ bid: '-1', ask: '10' }]])(
  'a price that is not net has no market at %j',
  (quote) => {
    expect(nextWalkPrice({ ...BUY, quote })).toEqual({ kind: 'no_quote' });
  },
);

test.each(['0', '-0.01', 'NaN', 'Infinity'])('a step of %s is refused', (step) => {
  expect(() => nextWalkPrice({ ...BUY, step })).toThrow();
});

test('over any market the walk stays on the grid, within its limit, and only moves towards it', () => {
  const cents = (min: number, max: number) =>
    fc.integer({ min, max }).map((value) => dec(value).dividedBy(100).toFixed());
  const scene = fc.record({
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    grid: fc.constantFrom(NET, STOCK, { ...STOCK, increments: US_OPTION_STEPS }),
    limit: fc.option(cents(-500, 500), { nil: 'natural' as const }),
    step: cents(1, 30),
    quotes: fc.array(fc.record({ bid: cents(-500, 500), ask: cents(-500, 500) }), { minLength: 1, maxLength: 12 }),
  });
  fc.assert(
    fc.property(scene, ({ side, grid, limit, step, quotes }) => {
      let present: string | null = null;
      for (const quote of quotes) {
        const next = nextWalkPrice({ side, step, limit, quote, present, ...grid });
        if (next.kind !== 'price') continue;
        const sign = side === 'BUY' ? 1 : -1;
        const bound = limit === 'natural' ? (side === 'BUY' ? quote.ask : quote.bid) : limit;
        expect(isOnIncrement(next.price, grid.increments)).toBe(true);
        expect(dec(next.price).minus(bound).times(sign).lte(0)).toBe(true);
        if (present !== null) expect(dec(next.price).minus(present).times(sign).gt(0)).toBe(true);
        if (!grid.isNetPrice) expect(dec(next.price).gt(0)).toBe(true);
        present = next.price;
      }
    }),
  );
});
