import { describe, expect, test } from '@jest/globals';
import type { HeldPosition, WorkingOrder } from './exposure.ts';
import type { Option } from './instrument.ts';
import type { PlannedOrder } from './order.ts';
import { type DeltasUsd, deltaUsdPerUnit, portfolioDeltaUsd } from './portfolio-delta.ts';
import { BUY_KO, KO, planned } from './testing/sample-orders.ts';

const CALL: Option = {
  kind: 'option',
  symbol: 'KO',
  expiration: '2021-01-15',
  strike: '55',
  right: 'CALL',
  multiplier: '100',
};
const PUT: Option = { ...CALL, right: 'PUT' };
/** Half a share's delta each, a share at 60 dollars. */
const DELTAS: DeltasUsd = new Map([
  ['KO', '60'],
  ['KO 2021-01-15 C 55', '3000'],
  ['KO 2021-01-15 P 55', '-3000'],
]);

const held = (instrument: HeldPosition['instrument'], quantity: string): HeldPosition => ({
  ...{ instrument, quantity, marketValueUsd: '0', tradeId: null },
});

function working(n: number, change: Partial<PlannedOrder>): WorkingOrder {
  const order = planned(BUY_KO, { orderRef: `w/${n}`, ...change });
  return { order, remainingQuantity: order.quantity, reservedUsd: '0', tradeId: null };
}

const deltaBefore = (
  positions: readonly HeldPosition[],
  orders: readonly WorkingOrder[],
  change: Partial<PlannedOrder> = {},
) => portfolioDeltaUsd(planned(BUY_KO, { orderRef: 't/1', ...change }), positions, orders, DELTAS);

describe('the dollar delta of one unit', () => {
  test('of a combination is the sum of its legs, each with its ratio and its side', () => {
    const legs = [
      { instrument: CALL, side: 'BUY', ratio: 1 },
      { instrument: PUT, side: 'SELL', ratio: 2 },
    ] as const;
    expect(deltaUsdPerUnit({ kind: 'combo', symbol: 'KO', legs }, DELTAS)).toBe('9000');
    expect(deltaUsdPerUnit(PUT, DELTAS)).toBe('-3000');
  });

  test('is not known where that of a leg is not', () => {
    expect(deltaUsdPerUnit(CALL, new Map([['KO 2021-01-15 C 55', null]]))).toBeNull();
    expect(deltaUsdPerUnit(CALL, new Map())).toBeNull();
  });
});

describe('the dollar delta that an order meets', () => {
  test('is that of everything held, short positions against it', () => {
    expect(deltaBefore([held(KO, '100'), held(CALL, '-1')], [])).toBe('3000');
  });

  test('has the working orders that push the same way; those against it may never fill', () => {
    const orders = [working(1, { quantity: '50' }), working(2, { tradable: PUT, quantity: '1' })];
    expect(deltaBefore([], orders)).toBe('3000');
    expect(deltaBefore([], orders, { tradable: PUT, quantity: '2' })).toBe('-3000');
  });

  test('has the largest of a group of which one fills, and neither exits nor the order itself', () => {
    const orders = [
      working(1, { quantity: '50', ocaGroup: 'g' }),
      working(2, { quantity: '70', ocaGroup: 'g' }),
      working(3, { side: 'SELL', role: 'stop_loss', parentRef: 'w/9' }),
      working(4, { orderRef: 't/1', quantity: '999' }),
    ];
    expect(deltaBefore([], orders)).toBe('4200');
    expect(deltaBefore([], orders, { side: 'SELL' })).toBe('0');
  });

  test('is not known where anything that counts is not', () => {
    const other = { ...CALL, strike: '60' };
    expect(deltaBefore([held(other, '1')], [])).toBeNull();
    expect(deltaBefore([], [working(1, { tradable: other })])).toBeNull();
    expect(deltaBefore([], [], { tradable: other })).toBeNull();
  });
});
