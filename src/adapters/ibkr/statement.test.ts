import { describe, expect, test } from '@jest/globals';
import { type Order as IbOrder, OrderAction, OrderStatus, OrderType, SecType } from '@stoqey/ib';
import { createKnownOrders, noteOpenOrder } from './known-orders.ts';
import { completedOrderView, openOrderView, toPosition } from './statement.ts';

const at = new Date('2026-11-21T15:00:00Z');
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
    Object.assign(heard, { status: 'Filled', filled: 100, remaining: 0 });
    noteOpenOrder(known, 5, contract, order, state);
    expect(openOrderView({ orderId: 5, contract, order, state }, known, at)).toMatchObject({
      ...{ orderRef: 't/1', brokerOrderId: '900', brokerStatus: 'Filled', isOpen: false, side: 'SELL' },
      ...{ quantity: '100', filledQuantity: '100', description: 'KO' },
      report: { kind: 'status', event: 'fill', key: '900/Filled/100/0', at },
    });
  });

  test('whose quantity a gateway wrote as 0 once it was filled has the quantity that filled', () => {
    const filled: IbOrder = { ...order, totalQuantity: 0, filledQuantity: 100 };
    const shown = { orderId: 0, contract, order: filled, state: { status: OrderStatus.Filled } };
    expect(completedOrderView(shown, createKnownOrders(), at)).toMatchObject({
      ...{ quantity: '100', filledQuantity: '100', isOpen: false, report: { event: 'fill', key: '900/Filled/100/0' } },
    });
  });

  test.each([
    ['Cancelled', 'Cancelled by Trader', 40, 'cancel', '900/Cancelled/40/60'],
    ['Inactive', '', 0, 'reject', 't/1/rejected'],
    ['Cancelled', 'Rejected by System:no funds', 0, 'reject', 't/1/rejected'],
  ])(
    'that is over as %s (%p) with %d filled tells whoever was away %s',
    (status, completedStatus, filled, event, key) => {
      const state = { status: status as OrderStatus, completedStatus };
      const shown = { orderId: 0, contract, order: { ...order, filledQuantity: filled }, state };
      expect(completedOrderView(shown, createKnownOrders(), at).report).toMatchObject({ event, key, orderRef: 't/1' });
    },
  );

  test('that was refused has the report of the refusal, whichever word it is over with', () => {
    const known = createKnownOrders();
    const heard = known.remember({ orderRef: 't/1', orderId: 5, clientId: 1, permId: 900 });
    const shown = { orderId: 0, contract, order, state: { status: OrderStatus.Cancelled } };
    expect(completedOrderView(shown, known, at).report?.event).toBe('cancel');
    heard.refusal = '201: no';
    expect(completedOrderView(shown, known, at).report).toMatchObject({ key: 't/1/rejected', reason: '201: no' });
  });

  test('that was made by hand has no report', () => {
    const shown = { orderId: 0, contract, order: { ...order, orderRef: '' }, state: { status: OrderStatus.Filled } };
    expect(completedOrderView(shown, createKnownOrders(), at).report).toBeNull();
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
