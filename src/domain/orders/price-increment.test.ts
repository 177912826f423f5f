import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dec } from '../money/decimal.ts';
import {
  CENT_STEPS,
  incrementAt,
  isOnIncrement,
  priceStepsOf,
  roundToIncrement,
  US_OPTION_STEPS,
  US_PENNY_OPTION_STEPS,
  US_STOCK_STEPS,
} from './price-increment.ts';
import { KO, KO_CALL } from './testing/sample-orders.ts';

const GRIDS = { US_STOCK_STEPS, US_OPTION_STEPS, US_PENNY_OPTION_STEPS, CENT_STEPS };

describe('isOnIncrement', () => {
  test.each([
    ['129.65', 'US_STOCK_STEPS', true],
    ['129.655', 'US_STOCK_STEPS', false],
    ['1', 'US_STOCK_STEPS', true],
    ['1.0001', 'US_STOCK_STEPS', false],
    ['0.9999', 'US_STOCK_STEPS', true],
    ['0.99995', 'US_STOCK_STEPS', false],
    ['2.95', 'US_OPTION_STEPS', true],
    ['2.96', 'US_OPTION_STEPS', false],
    ['3', 'US_OPTION_STEPS', true],
    ['3.05', 'US_OPTION_STEPS', false],
    ['3.10', 'US_OPTION_STEPS', true],
    ['2.96', 'US_PENNY_OPTION_STEPS', true],
    ['3.01', 'US_PENNY_OPTION_STEPS', false],
    ['3.05', 'US_PENNY_OPTION_STEPS', true],
    ['-1.25', 'CENT_STEPS', true],
    ['-1.255', 'CENT_STEPS', false],
    ['-3.05', 'US_OPTION_STEPS', false],
    ['0.30000000000000004', 'CENT_STEPS', false],
  ] as const)('%s on %s: %s', (price, grid, expected) => {
    expect(isOnIncrement(price, GRIDS[grid])).toBe(expected);
  });
});

describe('roundToIncrement', () => {
  test.each([
    ['129.651', 'US_STOCK_STEPS', '129.66', '129.65', '129.65'],
    ['129.655', 'US_STOCK_STEPS', '129.66', '129.65', '129.66'],
    ['0.99996', 'US_STOCK_STEPS', '1.00', '0.9999', '1.00'],
    ['1.0001', 'US_STOCK_STEPS', '1.01', '1.00', '1.00'],
    ['2.98', 'US_OPTION_STEPS', '3.00', '2.95', '3.00'],
    ['3.04', 'US_OPTION_STEPS', '3.10', '3.00', '3.00'],
    ['3.05', 'US_OPTION_STEPS', '3.10', '3.00', '3.10'],
    ['2.5', 'US_OPTION_STEPS', '2.50', '2.50', '2.50'],
    ['0.02', 'US_OPTION_STEPS', '0.05', '0.00', '0.00'],
    ['-1.251', 'CENT_STEPS', '-1.25', '-1.26', '-1.25'],
    ['-1.255', 'CENT_STEPS', '-1.25', '-1.26', '-1.26'],
    ['-0.004', 'CENT_STEPS', '0.00', '-0.01', '0.00'],
    ['0', 'CENT_STEPS', '0.00', '0.00', '0.00'],
  ] as const)('%s on %s: up %s, down %s, nearest %s', (price, grid, up, down, nearest) => {
    const steps = GRIDS[grid];
    const rounded = (['up', 'down', 'nearest'] as const).map((mode) => roundToIncrement(price, steps, mode));
    expect(rounded).toEqual([up, down, nearest]);
  });

  test('up and down are the neighbours on the grid, and nearest is the nearer of them', () => {
    const price = fc.integer({ min: -500_000_000, max: 500_000_000 }).map((value) => dec(value).dividedBy(1e7));
    fc.assert(
      fc.property(price, fc.constantFrom(...Object.values(GRIDS)), (exact, steps) => {
        const up = dec(roundToIncrement(exact, steps, 'up'));
        const down = dec(roundToIncrement(exact, steps, 'down'));
        const nearest = dec(roundToIncrement(exact, steps, 'nearest'));
        for (const one of [up, down, nearest]) expect(isOnIncrement(one, steps)).toBe(true);
        expect(down.lte(exact) && up.gte(exact)).toBe(true);
        expect(up.minus(down).lte(incrementAt(exact, steps))).toBe(true);
        const distances = [up, down].map((one) => one.minus(exact).abs().toNumber());
        expect(nearest.minus(exact).abs().toNumber()).toBe(Math.min(...distances));
      }),
    );
  });

  test.each(['NaN', 'Infinity', '', 'abc'])('refuses %j, which is no price', (price) => {
    expect(() => roundToIncrement(price, CENT_STEPS, 'up')).toThrow();
  });
});

test('the increment at an edge is that of the step above it', () => {
  const at = (price: string) => incrementAt(price, US_OPTION_STEPS).toFixed();
  expect([at('2.99'), at('3'), at('-3')]).toEqual(['0.05', '0.1', '0.1']);
});

test.each([
  [[]],
  [[{ lowEdge: '1', increment: '0.01' }]],
  [[{ lowEdge: '0', increment: '0' }]],
  [[{ lowEdge: '0', increment: '-0.01' }]],
  [
    [
      { lowEdge: '0', increment: '0.03' },
      { lowEdge: '1', increment: '0.01' },
    ],
  ],
  [
    [
      { lowEdge: '0', increment: '0.01' },
      { lowEdge: '1', increment: '0.03' },
    ],
  ],
  [
    [
      { lowEdge: '0', increment: '0.01' },
      { lowEdge: '0', increment: '0.01' },
    ],
  ],
])('a grid that does not join at its edges is refused: %j', (steps) => {
  expect(() => incrementAt('0.5', steps)).toThrow(/grid/);
});

test('the grid follows the instrument, its programme, and before all the rule of the broker', () => {
  const combo = { kind: 'combo', symbol: 'KO', legs: [] } as const;
  expect(priceStepsOf(KO)).toBe(US_STOCK_STEPS);
  expect(priceStepsOf(KO_CALL)).toBe(US_OPTION_STEPS);
  expect(priceStepsOf(combo)).toBe(CENT_STEPS);
  expect(priceStepsOf(KO_CALL, { optionProgrammes: new Map([['KO', 'penny']]) })).toBe(US_PENNY_OPTION_STEPS);
  expect(priceStepsOf(KO_CALL, { optionProgrammes: new Map([['KO', 'penny_at_all_prices']]) })).toBe(CENT_STEPS);
  const rule = [{ lowEdge: '0', increment: '0.5' }];
  const marketRules = new Map([['KO 2026-12-18 C 60', rule]]);
  expect(priceStepsOf(KO_CALL, { marketRules, optionProgrammes: new Map([['KO', 'penny']]) })).toBe(rule);
});
