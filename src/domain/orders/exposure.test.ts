import { describe, expect, test } from '@jest/globals';
import {
  type HeldPosition,
  intentKey,
  isReducing,
  multiplierOf,
  positionsAfter,
  type WorkingOrder,
} from './exposure.ts';
import type { Instrument, Tradable } from './instrument.ts';
import type { PlannedOrder } from './order.ts';
import { BUY_KO, BUY_SPREAD, KO, KO_CALL, planned } from './testing/sample-orders.ts';

function held(quantity: string, instrument: Instrument = KO, tradeId: string | null = null): HeldPosition {
  return { instrument, quantity, marketValueUsd: '0', tradeId };
}

function working(order: PlannedOrder, remainingQuantity = order.quantity, tradeId: string | null = null): WorkingOrder {
  return { order, remainingQuantity, reservedUsd: '0', tradeId };
}

const sell = (quantity: string, change: Partial<PlannedOrder> = {}) =>
  planned({ ...BUY_KO, side: 'SELL', quantity }, { orderRef: 'other/1', ...change });
const buy = (quantity: string) => planned({ ...BUY_KO, quantity });

describe('an order reduces', () => {
  const LONG = [held('100')];
  const SHORT = [held('-100')];
  const in_ = (ocaGroup: string) => ({ ocaGroup });

  test.each([
    ['when it sells what is held', sell('100'), LONG, [], true],
    ['but not when it sells more', sell('101'), LONG, [], false],
    ['when it covers a short position', buy('100'), SHORT, [], true],
    ['but not when it would flip it', buy('101'), SHORT, [], false],
    ['not when it adds', buy('1'), LONG, [], false],
    ['not when it adds to a short', sell('1'), SHORT, [], false],
    ['not when nothing is held', sell('1'), [], [], false],
    ['not when another instrument is held', sell('1'), [held('100', KO_CALL)], [], false],
    ['by what working orders leave', sell('60'), LONG, [working(sell('40', { orderRef: 'a/1' }))], true],
    ['by no more than that', sell('61'), LONG, [working(sell('40', { orderRef: 'a/1' }))], false],
    [
      'of a working order only the rest counts',
      sell('61'),
      LONG,
      [working(sell('40', { orderRef: 'a/1' }), '39')],
      true,
    ],
    ['whatever buys work meanwhile', sell('100'), LONG, [working(buy('50'))], true],
    ['and does not count itself', sell('100'), LONG, [working(sell('100'))], true],
    [
      'beside the orders of its own OCA group',
      sell('100', in_('t/oca')),
      LONG,
      [working(sell('100', { ...in_('t/oca'), orderRef: 't/2' }))],
      true,
    ],
    [
      'with an OCA group of others counted once',
      sell('50'),
      LONG,
      [
        working(sell('50', { ...in_('t/oca'), orderRef: 't/1' })),
        working(sell('40', { ...in_('t/oca'), orderRef: 't/2' })),
      ],
      true,
    ],
    [
      'but an OCA group counts with its largest',
      sell('51'),
      LONG,
      [
        working(sell('40', { ...in_('t/oca'), orderRef: 't/2' })),
        working(sell('50', { ...in_('t/oca'), orderRef: 't/1' })),
      ],
      false,
    ],
    ['as the exit of an entry', sell('10', { role: 'stop_loss', parentRef: 't/1' }), [], [], true],
    ['as the other exit, too', sell('10', { role: 'take_profit', parentRef: 't/1' }), [], [], true],
    ['but not by its role alone', sell('10', { role: 'stop_loss' }), [], [], false],
    ['and not by its parent alone', sell('10', { role: 'leg', parentRef: 't/1' }), [], [], false],
  ] as [string, PlannedOrder, HeldPosition[], WorkingOrder[], boolean][])(
    '%s',
    (_, order, positions, orders, expected) => {
      expect(isReducing(order, positions, orders)).toBe(expected);
    },
  );

  test('a combination reduces when every leg does', () => {
    const at65 = { ...KO_CALL, strike: '65' };
    const close = planned({ ...BUY_SPREAD, side: 'SELL', quantity: '10' });
    expect(isReducing(close, [held('10', KO_CALL), held('-20', at65)], [])).toBe(true);
    expect(isReducing(close, [held('10', KO_CALL), held('-19', at65)], [])).toBe(false);
    expect(isReducing(close, [held('10', KO_CALL)], [])).toBe(false);
    expect(isReducing(planned(BUY_SPREAD), [held('10', KO_CALL), held('-20', at65)], [])).toBe(false);
  });
});

describe('positions after an order', () => {
  const ids = (tradeId: string | null, positions: HeldPosition[], orders: WorkingOrder[] = [], order = buy('10')) =>
    positionsAfter(order, tradeId, positions, orders).map(({ symbol, id }) => `${symbol}: ${id}`);

  test('are one more with a new instrument and none more with a held one', () => {
    expect(ids(null, [])).toEqual(['KO: KO']);
    expect(ids(null, [held('5')])).toEqual(['KO: KO']);
    expect(ids(null, [held('1', KO_CALL)])).toEqual(['KO: KO 2026-12-18 C 60', 'KO: KO']);
  });

  test('count a trade once, whatever its legs', () => {
    const legs = [held('10', KO_CALL, 'trade-1'), held('-10', { ...KO_CALL, strike: '65' }, 'trade-1')];
    expect(ids('trade-1', legs)).toEqual(['KO: trade-1']);
    expect(ids('trade-2', legs)).toEqual(['KO: trade-1', 'KO: trade-2']);
  });

  test('keep the same trade of two symbols apart', () => {
    expect(ids('trade-1', [held('1', { kind: 'stock', symbol: 'PG' }, 'trade-1')])).toEqual([
      'PG: trade-1',
      'KO: trade-1',
    ]);
  });

  test('contain what working orders open, but not what they close', () => {
    const pg = planned({ ...BUY_KO, tradable: { kind: 'stock', symbol: 'PG' } }, { orderRef: 'a/1' });
    expect(ids(null, [], [working(pg)])).toEqual(['PG: PG', 'KO: KO']);
    const closing = sell('1', { orderRef: 'a/2' });
    expect(ids('trade-9', [held('5', KO, 'trade-1')], [working(closing, '1', 'trade-8')])).toEqual([
      'KO: trade-1',
      'KO: trade-9',
    ]);
  });

  test('name a combination by its legs', () => {
    expect(ids(null, [], [], planned(BUY_SPREAD))).toEqual(['KO: KO 2026-12-18 C 60 + KO 2026-12-18 C 65']);
    expect(ids(null, [held('1', KO_CALL)], [], planned(BUY_SPREAD))).toHaveLength(2);
  });
});

test('a unit is one share, or the multiplier of the option', () => {
  const covered: Tradable = {
    ...{ kind: 'combo', symbol: 'KO' },
    legs: [
      { instrument: KO, side: 'BUY', ratio: 100 },
      { instrument: KO_CALL, side: 'SELL', ratio: 1 },
    ],
  };
  expect([KO, KO_CALL, covered].map((one) => multiplierOf(one).toFixed())).toEqual(['1', '100', '100']);
});

describe('the intent of an order', () => {
  test('is the same however its numbers and legs are written', () => {
    expect(intentKey({ ...BUY_KO, quantity: '10.0', limitPrice: '60.00' })).toBe(intentKey(BUY_KO));
    const { tradable } = BUY_SPREAD;
    const reversed = { ...BUY_SPREAD, tradable: { ...tradable, legs: [...tradable.legs].reverse() } };
    expect(intentKey(reversed)).toBe(intentKey(BUY_SPREAD));
  });

  test('is another where anything that matters is', () => {
    const orders = [
      BUY_KO,
      BUY_SPREAD,
      { ...BUY_SPREAD, side: 'SELL' as const },
      { ...BUY_KO, side: 'SELL' as const },
      { ...BUY_KO, quantity: '11' },
      { ...BUY_KO, limitPrice: '61' },
      { ...BUY_KO, stopPrice: '60' },
      { ...BUY_KO, trailAmount: '60' },
      { ...BUY_KO, trailPercent: '60' },
      { ...BUY_KO, type: 'STOP_LIMIT' as const },
      { ...BUY_KO, tradable: KO_CALL },
      { ...BUY_KO, tradable: { ...KO_CALL, strike: '61' } },
    ];
    expect(new Set(orders.map(intentKey)).size).toBe(orders.length);
  });
});
