import { expect, test } from '@jest/globals';
import { US_OPTION_STEPS, US_PENNY_OPTION_STEPS } from '../orders/price-increment.ts';
import { modelQuote } from './model-quote.ts';

test.each([
  [1.2034, US_OPTION_STEPS, ['1.15', '1.25', '1.25']],
  [1.2034, US_PENNY_OPTION_STEPS, ['1.19', '1.22', '1.21']],
  [5.9, US_OPTION_STEPS, ['5.8', '6', '5.9']],
  [0.002, US_OPTION_STEPS, ['0', '0.05', '0.05']],
  [0, US_OPTION_STEPS, ['0', '0.05', '0']],
])('around %d stand prices of the grid, the ask above the bid', (price, steps, prices) => {
  const { bid, ask, last } = modelQuote(price, steps);
  expect([bid, ask, last].map((one) => one.toFixed())).toEqual(prices);
});
