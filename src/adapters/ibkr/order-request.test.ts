import { describe, expect, test } from '@jest/globals';
import type { PlannedOrder } from '../../domain/orders/order.ts';
import { orderRequest } from './order-request.ts';

const cents = [{ fromPrice: '0', increment: '0.01' }];
const place = { orderId: 5, parentId: 0, transmit: true, account: 'DU1' };

function planned(change: Partial<PlannedOrder>): PlannedOrder {
  return {
    ...{ tradable: { kind: 'stock', symbol: 'KO' }, side: 'BUY', quantity: '100', type: 'LIMIT', timeInForce: 'DAY' },
    ...{ limitPrice: '60.005', orderRef: 't/1', role: 'single', parentRef: null, ocaGroup: null },
    ...change,
  };
}

describe('an order for TWS', () => {
  test('always says whose it is, what it is called and whether it is to be transmitted', () => {
    expect(orderRequest(planned({}), cents, { ...place, transmit: false })).toMatchObject({
      ...{ account: 'DU1', orderRef: 't/1', transmit: false, parentId: 0, tif: 'DAY' },
      ...{ action: 'BUY', totalQuantity: 100, orderType: 'LMT', lmtPrice: 60 },
    });
  });

  test('each type has its own prices and no others', () => {
    const prices = (change: Partial<PlannedOrder>) => {
      const { orderType, lmtPrice, auxPrice, trailingPercent } = orderRequest(planned(change), cents, place);
      return { orderType, lmtPrice, auxPrice, trailingPercent };
    };
    const none = { lmtPrice: undefined, auxPrice: undefined, trailingPercent: undefined };
    expect(prices({ type: 'MARKET' })).toEqual({ ...none, orderType: 'MKT' });
    expect(prices({ type: 'STOP', stopPrice: '55.556' })).toEqual({ ...none, orderType: 'STP', auxPrice: 55.56 });
    expect(prices({ type: 'STOP_LIMIT', side: 'SELL', limitPrice: '54.991', stopPrice: '55' })).toEqual({
      ...{ orderType: 'STP LMT', lmtPrice: 55, auxPrice: 55, trailingPercent: undefined },
    });
    expect(prices({ type: 'TRAILING_STOP', trailAmount: '0.001' })).toEqual({
      ...{ ...none, orderType: 'TRAIL', auxPrice: 0.01 },
    });
    expect(prices({ type: 'TRAILING_STOP', trailPercent: '2.5' })).toEqual({
      ...{ ...none, orderType: 'TRAIL', trailingPercent: 2.5 },
    });
  });

  test('orders of a group reduce each other, one at a time', () => {
    expect(orderRequest(planned({ ocaGroup: 'g' }), cents, place)).toMatchObject({ ocaGroup: 'g', ocaType: 2 });
  });

  test("a combination's net price may be negative", () => {
    const tradable = { kind: 'combo', symbol: 'KO', legs: [] } as const;
    expect(orderRequest(planned({ tradable, limitPrice: '-1.201' }), cents, place).lmtPrice).toBe(-1.21);
  });

  test.each<[string, Partial<PlannedOrder>]>([
    ['quantity', { quantity: '0' }],
    ['quantity', { quantity: '-5' }],
    ['quantity', { quantity: '1.5' }],
    ['quantity', { quantity: 'NaN' }],
    ['limitPrice', { limitPrice: 'cheap' }],
    ['limitPrice', { limitPrice: '0.001' }],
    ['stopPrice', { type: 'STOP' }],
    ['trailAmount', { type: 'TRAILING_STOP' }],
    ['trailAmount', { type: 'TRAILING_STOP', trailAmount: '1', trailPercent: '1' }],
    ['trailPercent', { type: 'TRAILING_STOP', trailPercent: '100' }],
    ['trailAmount', { type: 'TRAILING_STOP', trailAmount: '-1' }],
  ])('a wrong %s is named and never sent: %p', (field, change) => {
    try {
      orderRequest(planned(change), cents, place);
      throw new Error('it was accepted');
    } catch (error) {
      expect(error).toMatchObject({ code: 'ORDER_INVALID', effect: 'none' });
      expect(String(error)).toContain(field);
    }
  });
});
