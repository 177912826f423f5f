import { describe, expect, test } from '@jest/globals';
import { modelOption } from './option-model.ts';

const OPTION = { spot: 100, strike: 100, today: '2021-01-04', expiration: '2022-01-04', volatility: 0.25 } as const;

describe('the option model', () => {
  test('keeps the parity of puts and calls', () => {
    for (const strike of [60, 100, 140]) {
      const call = modelOption({ ...OPTION, strike, right: 'CALL' });
      const put = modelOption({ ...OPTION, strike, right: 'PUT' });
      expect(call.price - put.price).toBeCloseTo(100 - strike * Math.exp(-0.02), 5);
      expect(call.delta - put.delta).toBeCloseTo(1, 6);
      expect(call.gamma).toBeCloseTo(put.gamma, 9);
    }
  });

  test('has the Greeks that its prices have', () => {
    const at = (spot: number, volatility = 0.25): number =>
      modelOption({ ...OPTION, spot, volatility, right: 'CALL' }).price;
    const { delta, gamma, vega } = modelOption({ ...OPTION, right: 'CALL' });
    expect((at(100.1) - at(99.9)) / 0.2).toBeCloseTo(delta, 4);
    expect((at(101) - 2 * at(100) + at(99)) / 1).toBeCloseTo(gamma, 3);
    expect(at(100, 0.255) - at(100, 0.245)).toBeCloseTo(vega, 3);
  });

  test('is worth what it pays on its last day, and never less than nothing', () => {
    const today = '2022-01-04';
    expect(modelOption({ ...OPTION, today, spot: 103, right: 'CALL' })).toMatchObject({ price: 3, delta: 1 });
    expect(modelOption({ ...OPTION, today, spot: 103, right: 'PUT' })).toMatchObject({ price: 0, delta: 0 });
    expect(modelOption({ ...OPTION, strike: 1000, right: 'CALL' }).price).toBeGreaterThanOrEqual(0);
  });
});
