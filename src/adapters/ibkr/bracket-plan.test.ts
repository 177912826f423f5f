import { describe, expect, test } from '@jest/globals';
import type { ComboLeg } from '../../domain/orders/instrument.ts';
import type { PlannedOrder } from '../../domain/orders/order.ts';
import { sequenceOrders } from './bracket-plan.ts';

function order(orderRef: string, parentRef: string | null = null, legs?: readonly ComboLeg[]): PlannedOrder {
  return {
    ...{ orderRef, parentRef, ocaGroup: null, role: 'single', side: 'BUY', quantity: '1', type: 'MARKET' },
    timeInForce: 'DAY',
    tradable: legs ? { kind: 'combo', symbol: 'KO', legs } : { kind: 'stock', symbol: 'KO' },
  };
}

const legs = (ratios: readonly number[]): ComboLeg[] =>
  ratios.map((ratio, index) => ({ instrument: { kind: 'stock', symbol: `S${index}` }, side: 'BUY', ratio }));

const shape = (orders: readonly PlannedOrder[]) =>
  sequenceOrders(orders).map(({ order: { orderRef }, parentIndex, transmit }) => [orderRef, parentIndex, transmit]);

describe('the messages of a placement', () => {
  test('a bracket goes parent first, and only its last order releases it', () => {
    expect(shape([order('stop', 'entry'), order('entry'), order('profit', 'entry')])).toEqual([
      ['entry', null, false],
      ['stop', 0, false],
      ['profit', 0, true],
    ]);
  });

  test('orders without a parent are released one by one, and families stay together', () => {
    expect(shape([order('a'), order('b'), order('a-stop', 'a')])).toEqual([
      ['a', null, false],
      ['a-stop', 0, true],
      ['b', null, true],
    ]);
  });

  test('a child of an order that was placed before stands alone', () => {
    expect(shape([order('stop', 'earlier')])).toEqual([['stop', null, true]]);
  });

  test.each<[string, PlannedOrder[]]>([
    ['at least one', []],
    ['same orderRef', [order('a'), order('a')]],
    ['parents of each other', [order('a', 'b'), order('b', 'a'), order('c')]],
    ['legs', [order('a', null, legs([1]))]],
    ['legs', [order('a', null, legs(Array.from({ length: 10_000 }, () => 1)))]],
    ['ratio', [order('a', null, legs([1, 0]))]],
    ['ratio', [order('a', null, legs([1, 1.5]))]],
  ])('refused without effect: %s', (text, orders) => {
    try {
      sequenceOrders(orders);
      throw new Error('it was accepted');
    } catch (error) {
      expect(error).toMatchObject({ code: 'ORDER_INVALID', effect: 'none' });
      expect(String(error)).toContain(text);
    }
  });
});
