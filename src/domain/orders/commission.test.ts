import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Dec, dec, sum } from '../money/decimal.ts';
import { commissionOfOrder, commissionOfPart, IBKR_US_RATES } from './commission.ts';
import { KO, KO_CALL } from './testing/sample-orders.ts';

const cost = (instrument: typeof KO | typeof KO_CALL, quantity: string, price: string) =>
  commissionOfOrder(instrument, [{ quantity, price }]);

test.each([
  // The examples of the published page.
  ['100', '25', '1'],
  ['1000', '25', '5'],
  ['1000', '0.25', '2.5'],
  // The maximum goes before the minimum; between them the rate per share.
  ['10', '0.20', '0.02'],
  ['1', '99', '0.99'],
  ['1', '100', '1'],
  ['200', '25', '1'],
  ['201', '25', '1.005'],
])('%s shares at %s cost %s', (quantity, price, expected) => {
  expect(cost(KO, quantity, price)).toBe(expected);
});

test.each([
  // The examples of the published page.
  ['1', '2', '1'],
  ['2', '5', '1.3'],
  ['3', '0.075', '1.5'],
  ['5', '0.03', '1.25'],
  // The edges of the tiers.
  ['100', '0.0499', '25'],
  ['100', '0.05', '50'],
  ['100', '0.0999', '50'],
  ['100', '0.10', '65'],
  ['100', '0', '25'],
])('%s contracts at %s cost %s', (quantity, price, expected) => {
  expect(cost(KO_CALL, quantity, price)).toBe(expected);
});

test('an order that has not traded costs nothing', () => {
  expect(commissionOfOrder(KO, [])).toBe('0');
  expect(commissionOfOrder(KO_CALL, [])).toBe('0');
});

test('parts of an order at different premiums are charged at their own tiers', () => {
  const parts = [
    { quantity: '10', price: '0.04' },
    { quantity: '10', price: '0.20' },
  ];
  expect(commissionOfOrder(KO_CALL, parts)).toBe('9');
});

test('rates are the caller’s', () => {
  const rates = { ...IBKR_US_RATES, stock: { ...IBKR_US_RATES.stock, perShareUsd: '0.01', minPerOrderUsd: '2' } };
  expect(commissionOfOrder(KO, [{ quantity: '100', price: '50' }], rates)).toBe('2');
  const half = { ...rates, stock: { ...rates.stock, maxPercentOfTradeValue: '0.5' } };
  expect(commissionOfOrder(KO, [{ quantity: '10', price: '20' }], half)).toBe('1');
  expect(commissionOfPart(KO, [{ quantity: '100', price: '50' }], { quantity: '200', price: '50' }, rates)).toBe('1');
});

test('an order filled in parts costs what it costs at once, and no part costs less than nothing', () => {
  const part = fc.record({
    quantity: fc.integer({ min: 1, max: 500 }).map(String),
    price: fc.integer({ min: 0, max: 20_000 }).map((value) => dec(value).dividedBy(100).toFixed()),
  });
  fc.assert(
    fc.property(fc.constantFrom(KO, KO_CALL), fc.array(part, { minLength: 1, maxLength: 8 }), (instrument, parts) => {
      const costs: Dec[] = parts.map((one, index) => dec(commissionOfPart(instrument, parts.slice(0, index), one)));
      expect(costs.every((one) => one.gte(0))).toBe(true);
      expect(sum(costs).toFixed()).toBe(commissionOfOrder(instrument, parts));
    }),
  );
});
