import { describe, expect, test } from '@jest/globals';
import { toPriceGrid } from './price-grid.ts';

describe('toPriceGrid', () => {
  test.each([
    ['129.652', '129.65'],
    ['129.655', '129.66'],
    ['4.125', '4.13'],
    ['100', '100.00'],
    ['0.264', '0.264'],
    ['0.26405', '0.2641'],
    ['0.5', '0.50'],
    ['0.99996', '1.00'],
    ['1', '1.00'],
    ['0.00005', '0.0001'],
  ])('rounds %s half up to %s', (price, expected) => {
    expect(toPriceGrid(price)).toBe(expected);
  });

  test('does not carry the error of a binary float into the price', () => {
    expect(toPriceGrid(1.005)).toBe('1.01');
  });

  test.each(['0', '-1', '0.00004', 'NaN', 'Infinity', ''])('refuses %j, which is no price', (price) => {
    expect(() => toPriceGrid(price)).toThrow();
  });
});
