import { describe, expect, test } from '@jest/globals';
import { dec } from '../../domain/money/decimal.ts';
import { finestIncrement, incrementAt, Rounding, toIncrement } from './price-increments.ts';

const cents = [{ fromPrice: '0', increment: '0.01' }];
const options = [
  { fromPrice: '0', increment: '0.05' },
  { fromPrice: '3', increment: '0.1' },
];

describe('price increments', () => {
  test('a sum of binary fractions lands on the grid exactly', () => {
    expect(toIncrement(String(0.1 + 0.2), cents, 'SELL', Rounding.nearest).toNumber()).toBe(0.3);
    expect(toIncrement('1.1', cents, 'BUY', Rounding.notWorse).toNumber()).toBe(1.1);
  });

  test('a limit is never worse than asked: down to buy, up to sell, also below zero', () => {
    expect(toIncrement('10.019', cents, 'BUY', Rounding.notWorse).toFixed()).toBe('10.01');
    expect(toIncrement('10.011', cents, 'SELL', Rounding.notWorse).toFixed()).toBe('10.02');
    expect(toIncrement('-1.234', cents, 'BUY', Rounding.notWorse).toFixed()).toBe('-1.24');
    expect(toIncrement('-1.236', cents, 'SELL', Rounding.notWorse).toFixed()).toBe('-1.23');
  });

  test('the increment is that of the price, also of a negative one', () => {
    expect(incrementAt(dec('2.99'), options).toFixed()).toBe('0.05');
    expect(incrementAt(dec('3'), options).toFixed()).toBe('0.1');
    expect(incrementAt(dec('-4'), options).toFixed()).toBe('0.1');
    expect(() => incrementAt(dec('1'), [])).toThrow('without price increments');
  });

  test("a combination's net price has the finest increment of its legs", () => {
    expect(finestIncrement([options, cents])).toEqual([{ fromPrice: '0', increment: '0.01' }]);
  });
});
