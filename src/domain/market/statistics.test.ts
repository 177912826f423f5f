import { describe, expect, test } from '@jest/globals';
import { marketRow } from './statistics.ts';

const closesOf = (...prices: (string | number)[]) => prices.map((price) => ({ close: String(price) }));

describe('a market row', () => {
  test('counts returns in trading days and looks back one year for highs and lows', () => {
    // The closes 1.00, 1.01, …, 3.99: the last is 3.99, 21 days earlier stood 3.78, a year (252 days) earlier 1.47.
    const closes = closesOf(...Array.from({ length: 300 }, (_, index) => (1 + index / 100).toFixed(2)));
    expect(marketRow('UP', closes)).toMatchObject({
      ticker: 'UP',
      price: '3.99',
      return1mPercent: 5.56,
      return6mPercent: 46.15,
      return12mPercent: 171.43,
      high52w: '3.99',
      low52w: '1.48',
      maxDrawdown1yPercent: 0,
    });
  });

  test('annualises the sample deviation of log returns', () => {
    // Log returns +ln 1.1, −ln 1.1, +ln 1.1: mean ln(1.1)/3, sample deviation ln(1.1) × √(4/3), × √252.
    const row = marketRow('VOL', closesOf(10, 11, 10, 11));
    expect(row.volatilityPercent).toBe(Math.round(Math.log(1.1) * Math.sqrt(4 / 3) * Math.sqrt(252) * 10_000) / 100);
  });

  test('measures the largest fall from an earlier high', () => {
    expect(marketRow('DD', closesOf(100, 80, 120, 90, 110)).maxDrawdown1yPercent).toBe(25);
  });

  test('keeps the closes as they are written and is null where the history is short', () => {
    expect(marketRow('NEW', closesOf('10.50', '10.10'))).toEqual({
      ticker: 'NEW',
      price: '10.10',
      return1mPercent: null,
      return6mPercent: null,
      return12mPercent: null,
      high52w: '10.50',
      low52w: '10.10',
      volatilityPercent: null,
      maxDrawdown1yPercent: 3.81,
    });
    expect(marketRow('FLAT', closesOf(...Array.from({ length: 253 }, () => 7)))).toMatchObject({
      return12mPercent: 0,
      volatilityPercent: 0,
    });
  });

  test.each([[['10']], [[]], [['10', '0']], [['10', 'x']]])('refuses %j', (prices) => {
    expect(() => marketRow('BAD', closesOf(...prices))).toThrow('BAD');
  });
});
