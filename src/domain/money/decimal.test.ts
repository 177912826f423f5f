import { describe, expect, test } from '@jest/globals';
import { dec, formatUsd, sum } from './decimal.ts';

describe('decimals', () => {
  test('are exact where floats are not', () => {
    expect(sum([dec('0.1'), dec('0.2')]).toFixed()).toBe('0.3');
    expect(dec(0.1).toFixed()).toBe('0.1');
    expect(sum([]).isZero()).toBe(true);
  });

  test.each(['NaN', 'Infinity', '', 'ten'])('refuse %j', (text) => {
    expect(() => dec(text)).toThrow();
  });

  test.each([
    ['100000', '100,000.00'],
    ['1234567.891', '1,234,567.89'],
    ['0.005', '0.01'],
    ['-1234.5', '-1,234.50'],
    ['999', '999.00'],
  ])('%s is shown as %s', (value, shown) => {
    expect(formatUsd(value)).toBe(shown);
  });
});
