import { expect, test } from '@jest/globals';
import { describeOrder } from './describe-order.ts';
import { BUY_KO, BUY_SPREAD } from './testing/sample-orders.ts';

test.each([
  [BUY_KO, 'BUY 10 KO LIMIT 60'],
  [{ ...BUY_KO, type: 'STOP_LIMIT', stopPrice: '61', timeInForce: 'GTC' } as const, 'BUY 10 KO STOP_LIMIT 61 60 GTC'],
  [BUY_SPREAD, 'BUY 10 KO combo (+1 KO 2026-12-18 C 60, -2 KO 2026-12-18 C 65) LIMIT -0.5'],
])('an order in one line: %#', (order, line) => {
  expect(describeOrder(order)).toBe(line);
});
