import { describe, expect, test } from '@jest/globals';
import { FieldReader } from './field-reader.ts';
import { readPlaceOrder } from './place-order.ts';

/** The fields behind the order id in the order of the wire, at 178; `set` gives those that are not empty. */
function fieldsOf(set: Readonly<Record<number, string>>, length = 112): string[] {
  return Array.from({ length }, (_, index) => set[index] ?? (ZEROS.has(index) ? '0' : ''));
}

/** Counts and switches that follow the plain stretches of a share's order. */
const ZEROS = new Set([79, 87]);
const SHARE = { 1: 'AAPL', 2: 'STK', 7: 'SMART', 9: 'USD', 14: 'BUY', 15: '100', 16: 'LMT', 17: '130.5', 25: '1' };

const read = (fields: readonly string[], version = 178) => readPlaceOrder(new FieldReader(fields), 5, version);

describe('message 3', () => {
  test('of a plain share order has 114 fields and is read to its end', () => {
    const { orderId, contract, fields } = read(fieldsOf(SHARE));
    expect(orderId).toBe(5);
    expect(contract).toMatchObject({ conId: 0, symbol: 'AAPL', secType: 'STK', exchange: 'SMART' });
    expect(fields).toEqual({
      action: 'BUY',
      totalQuantity: '100',
      orderType: 'LMT',
      lmtPrice: '130.5',
      transmit: '1',
      hasContractDelta: '0',
    });
  });

  test('leaves unset numbers out, in every form that clients give them', () => {
    const unset = ['1.7976931348623157e+308', '1.7976931348623157E308', '2147483647', 'NaN', 'Infinity', ''];
    for (const text of unset) expect(read(fieldsOf({ ...SHARE, 18: text })).fields.auxPrice).toBeUndefined();
  });

  test.each([
    ['too short', fieldsOf(SHARE, 60)],
    ['too long', [...fieldsOf(SHARE), '', '']],
    ['of no number for a contract id', fieldsOf({ ...SHARE, 0: 'x' })],
    ['of an unknown condition', fieldsOf({ ...SHARE, 87: '1', 88: '99' })],
    ['of a list longer than the message', fieldsOf({ ...SHARE, 87: '10000' })],
  ])('that is %s is an error', (_what, fields) => {
    expect(() => read(fields)).toThrow();
  });
});
