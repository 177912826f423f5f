import { describe, expect, test } from '@jest/globals';
import { usdString } from '../../domain/money/decimal.ts';
import { formatCostUsd, formatPrice, formatQuantity, formatSignedPercent } from '../../service/text/amounts.ts';
import { formatAge, formatDuration } from './durations.ts';

describe('amounts', () => {
  test.each([
    [formatPrice, '1234.5', '1,234.50'],
    [formatPrice, '0.1234', '0.1234'],
    [formatPrice, '0.5', '0.50'],
    [formatQuantity, '1250.000000', '1,250'],
    [formatQuantity, '0.125', '0.125'],
    [formatSignedPercent, '8.124', '+8.12'],
    [formatSignedPercent, '-0.001', '0.00'],
    [formatSignedPercent, '-3.1', '-3.10'],
    [formatCostUsd, '1234.00005', '1,234.0001'],
    [usdString, '100000', '100000.00'],
    [usdString, '0.1234', '0.1234'],
  ])('%o of %s is %s', (format, value, shown) => {
    expect(format(value)).toBe(shown);
  });
});

describe('durations', () => {
  test.each([
    [0, '0 ms', '0 s'],
    [999, '999 ms', '0 s'],
    [12_380, '12.3 s', '12 s'],
    [59_999, '59.9 s', '59 s'],
    [245_000, '4 m 05 s', '4 m 05 s'],
    [11_400_000, '3 h 10 m', '3 h 10 m'],
    [187_200_000, '2 d 4 h', '2 d 4 h'],
    [-5, '0 ms', '0 s'],
  ])('%d ms', (ms, duration, age) => {
    expect([formatDuration(ms), formatAge(ms)]).toEqual([duration, age]);
  });
});
