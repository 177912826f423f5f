import { expect, test } from '@jest/globals';
import { toProfit } from './profit.ts';

test('profit and loss is told in cents, and what the gateway does not know is not told', () => {
  expect(toProfit(-12.344999, 0, 1.7976931348623157e308)).toEqual({
    ...{ dailyUsd: '-12.34', unrealizedUsd: '0', realizedUsd: null },
  });
  expect(toProfit(Number.NaN, undefined, 3)).toEqual({ dailyUsd: null, unrealizedUsd: null, realizedUsd: '3' });
});
