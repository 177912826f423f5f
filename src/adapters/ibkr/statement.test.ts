import { describe, expect, test } from '@jest/globals';
import { type Order as IbOrder, OrderAction, OrderStatus, OrderType, SecType } from '@stoqey/ib';
import { createKnownOrders, noteOpenOrder } from './known-orders.ts';
import { completedOrderView, openOrderView, toPosition } from './statement.ts';

const contract = { secType: SecType.STK, symbol: 'KO', localSymbol: 'KO' };
const order: IbOrder = {
  ...{ orderType: OrderType.LMT, action: OrderAction.SELL, orderRef: 't/1', permId: 900, clientId: 1 },
  totalQuantity: 100,
};

describe('an order in a statement', () => {
  test('that filled while it was being listed is not open any more', () => {
    const known = createKnownOrders();
    const state = { status: OrderStatus.Submitted };
    const heard = noteOpenOrder(known, 5, contract, order, state);
    Object.assign(heard, { status: 'Filled', filled: 100 });
    noteOpenOrder(known, 5, contract, order, state);
    expect(openOrderView({ orderId: 5, contract, order, state }, known)).toMatchObject({
      ...{ orderRef: 't/1', brokerOrderId: '900', brokerStatus: 'Filled', isOpen: false, side: 'SELL' },
      ...{ quantity: '100', filledQuantity: '100', description: 'KO' },
    });
  });

  test('whose quantity a gateway wrote as 0 once it was filled has the quantity that filled', () => {
    const filled: IbOrder = { ...order, totalQuantity: 0, filledQuantity: 100 };
    const shown = { orderId: 0, contract, order: filled, state: { status: OrderStatus.Filled } };
    expect(completedOrderView(shown)).toMatchObject({ quantity: '100', filledQuantity: '100', isOpen: false });
  });
});

test("an option's average cost is per unit of its underlying", () => {
  const option = { secType: SecType.OPT, symbol: 'KO', lastTradeDateOrContractMonth: '20261218', multiplier: 100 };
  const position = { contract: { ...option, strike: 60, right: 'P' as never }, quantity: -2, averageCost: 123.45 };
  expect(toPosition(position)).toMatchObject({ quantity: '-2', averageCost: '1.2345' });
});

test('a new connection forgets what the last one showed, but not what was heard', () => {
  const known = createKnownOrders();
  const heard = noteOpenOrder(known, 5, contract, order, { status: OrderStatus.Submitted });
  known.startConnection();
  expect(known.byRef('t/1')).toBe(heard);
  expect(heard).toMatchObject({ order: null, contract: null, status: 'Submitted', wasTaken: true });
});
