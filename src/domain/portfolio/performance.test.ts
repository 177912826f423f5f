import { describe, expect, test } from '@jest/globals';
import { compare, returnPercent } from './performance.ts';

describe('returns', () => {
  test.each([
    ['100000', '112340', '12.34'],
    ['100000', '96900', '-3.10'],
    ['3', '4', '33.33'],
    ['100000', '99999.99', '0.00'],
    ['100000', '100000', '0.00'],
  ])('from %s to %s is %s percent', (start, end, percent) => {
    expect(returnPercent(start, end)).toBe(percent);
  });

  test('need a positive start', () => {
    expect(() => returnPercent('0', '1')).toThrow('positive start');
  });

  test('are set beside the index and the cost of the calls', () => {
    const books = { initialUsd: '100000', totalUsd: '103000', llmCostUsd: '25.5' };
    expect(compare({ ...books, benchmarkStart: '4000', benchmarkEnd: '3800' })).toEqual({
      returnPercent: '3.00',
      benchmarkPercent: '-5.00',
      excessPercent: '8.00',
      costAdjustedReturnPercent: '2.97',
    });
    expect(compare({ ...books, benchmarkStart: null, benchmarkEnd: '3800' })).toMatchObject({
      benchmarkPercent: null,
      excessPercent: null,
    });
  });
});
