import { describe, expect, test } from '@jest/globals';
import { type Order as IbOrder, OrderAction, OrderStatus, OrderType, SecType } from '@stoqey/ib';
import { changedOrder, judgeModifyNews } from './modify.ts';

const stock = { secType: SecType.STK };
const cents = [{ fromPrice: '0', increment: '0.01' }];
const shown: IbOrder = {
  ...{ orderId: 5, orderType: OrderType.STP_LMT, action: OrderAction.SELL, totalQuantity: 10, account: 'DU1' },
  ...{ lmtPrice: 54, auxPrice: 55, orderRef: 't/1', parentId: 4, ocaGroup: 'g', ocaType: 2, permId: 900 },
  ...{ scaleInitLevelSize: 7, trailStopPrice: 3 },
};

describe('a changed order', () => {
  test('keeps what it was linked with, and takes nothing along that the broker computed', () => {
    expect(changedOrder(shown, { limitPrice: '53.991' }, stock, cents)).toEqual({
      ...{ orderId: 5, orderType: 'STP LMT', action: 'SELL', totalQuantity: 10, account: 'DU1', orderRef: 't/1' },
      ...{ lmtPrice: 54, auxPrice: 55, parentId: 4, ocaGroup: 'g', ocaType: 2, transmit: true, whatIf: false },
      ...{ origin: 0, exemptCode: -1, outsideRth: false },
    });
  });

  test('a trailing stop keeps the one of its offsets that it has', () => {
    const trail: IbOrder = { ...shown, orderType: OrderType.TRAIL, auxPrice: 0, trailingPercent: 5 };
    const { auxPrice, trailingPercent } = changedOrder(trail, { quantity: '20' }, stock, cents);
    expect({ auxPrice, trailingPercent }).toEqual({ auxPrice: undefined, trailingPercent: 5 });
  });

  test.each([
    [{ limitPrice: '5' }, OrderType.STP],
    [{ stopPrice: '5' }, OrderType.LMT],
    [{ limitPrice: '-5' }, OrderType.LMT],
    [{ quantity: '1.5' }, OrderType.LMT],
  ])('%p of a %s is refused without effect', (change, orderType) => {
    expect(() => changedOrder({ ...shown, orderType }, change, stock, cents)).toThrow(
      expect.objectContaining({ code: 'ORDER_INVALID', effect: 'none' }),
    );
  });
});

describe('whether a change happened', () => {
  const open = (order: IbOrder, status = OrderStatus.Submitted) =>
    judgeModifyNews({ kind: 'open', order, state: { status } }, { ...shown, lmtPrice: 53 });

  test('only the changed order proves it, also where it filled at its new price', () => {
    expect(open(shown)).toBeNull();
    expect(open({ ...shown, lmtPrice: 53 })).toEqual({ kind: 'changed' });
    expect(open({ ...shown, lmtPrice: 53 }, OrderStatus.Filled)).toEqual({ kind: 'changed' });
  });

  test('an order that ended before, or an error, refuses it; a warning does not', () => {
    const wanted = shown;
    expect(judgeModifyNews({ kind: 'status', status: 'Filled' }, wanted)).toMatchObject({ kind: 'refused' });
    expect(judgeModifyNews({ kind: 'error', code: 104, message: '' }, wanted)).toMatchObject({ code: 104 });
    expect(judgeModifyNews({ kind: 'error', code: 399, message: '' }, wanted)).toBeNull();
    expect(judgeModifyNews({ kind: 'status', status: 'Submitted' }, wanted)).toBeNull();
  });
});
