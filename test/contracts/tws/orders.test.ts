import { describe, expect, test } from '@jest/globals';
import {
  type Contract,
  type Execution,
  type Order,
  OrderType,
  PriceCondition,
  SecType,
  TimeInForce,
  TriggerMethod,
} from '@stoqey/ib';
import { orderOf, type RunningSimulator, stock, withSimulator } from './running-simulator.ts';
import type { StoqeyClient } from './stoqey-client.ts';

let simulator: RunningSimulator;
let client: StoqeyClient;
withSimulator((suite) => {
  ({ simulator, client } = suite);
});

let lastOrderId = 0;
const AAPL = stock('AAPL');

/** Sends an order with the next id. */
function place(order: Order, contract: Contract = AAPL): number {
  lastOrderId += 1;
  client.ib.placeOrder(lastOrderId, contract, order);
  return lastOrderId;
}

function cancel(orderId: number): void {
  client.ib.cancelOrder(orderId, { manualOrderCancelTime: '' } as never);
}

const moveTo = (symbol: string, price: string) =>
  simulator.control('price', { symbol, bid: price, ask: price, last: price });

async function orderInLedger(orderId: number) {
  return (await simulator.ledger()).orders.find((one) => one.orderId === orderId && one.clientId === 1);
}

describe('one order', () => {
  test('to buy at the market is filled at the ask, and told in order: order, execution, order, commission', async () => {
    client.mark();
    const id = place(orderOf('BUY', OrderType.MKT, { orderRef: 'ticket-1/1' }));
    await client.seen('commissionReport');
    expect(client.names()).toEqual([
      'openOrder',
      'orderStatus',
      'execDetails',
      'openOrder',
      'orderStatus',
      'commissionReport',
    ]);
    const [, contract, execution] = client.all('execDetails')[0] as [number, Contract, Execution];
    expect(contract.symbol).toBe('AAPL');
    expect(execution).toMatchObject({
      orderId: id,
      side: 'BOT',
      shares: 100,
      price: 130.01,
      cumQty: 100,
      orderRef: 'ticket-1/1',
    });
    expect(execution.time).toMatch(/^\d{8} \d\d:\d\d:\d\d US\/Eastern$/);
    const report = client.all('commissionReport')[0]?.[0];
    expect(report).toMatchObject({ execId: execution.execId, commission: 0.35, currency: 'USD' });
    expect(client.statuses(id)).toEqual(['Submitted', 'Filled']);
  });

  test('with a limit waits, is changed by the same id, and is filled where the market reaches it', async () => {
    client.mark();
    const id = place(orderOf('BUY', OrderType.LMT, { lmtPrice: 120 }));
    await client.status(id, 'Submitted');
    client.ib.placeOrder(id, AAPL, orderOf('BUY', OrderType.LMT, { lmtPrice: 121.5, totalQuantity: 50 }));
    await client.seen(
      'openOrder',
      (orderId: number, _c: Contract, order: Order) => orderId === id && order.lmtPrice === 121.5,
    );
    await moveTo('AAPL', '121.00');
    await client.status(id, 'Filled');
    expect(await orderInLedger(id)).toMatchObject({ filled: '50', averagePrice: '121' });
    expect((await simulator.ledger()).orders.filter((one) => one.orderId === id)).toHaveLength(1);
    await moveTo('AAPL', '130.00');
  });

  test('is filled in parts where the market has no more', async () => {
    client.mark();
    await simulator.control('price', { symbol: 'KO', bid: '50', ask: '50.01', askSize: 30 });
    const id = place(orderOf('BUY', OrderType.MKT), stock('KO'));
    await client.seen('orderStatus', (orderId: number, _s: string, filled: number) => orderId === id && filled === 30);
    await simulator.control('price', { symbol: 'KO', bid: '50.01', ask: '50.02', askSize: 30 });
    await simulator.control('price', { symbol: 'KO', bid: '50.02', ask: '50.03' });
    await client.status(id, 'Filled');
    const fills = client.all('execDetails').map(([, , one]) => one as Execution);
    expect(fills.map(({ shares, price, cumQty }) => [shares, price, cumQty])).toEqual([
      [30, 50.01, 30],
      [30, 50.02, 60],
      [40, 50.03, 100],
    ]);
    expect((await orderInLedger(id))?.averagePrice).toBe('50.021');
  });

  test('with a stop waits for its price, then trades at the market', async () => {
    client.mark();
    const id = place(orderOf('SELL', OrderType.STP, { auxPrice: 125, totalQuantity: 10 }));
    await client.status(id, 'PreSubmitted');
    await moveTo('AAPL', '124.50');
    await client.status(id, 'Filled');
    expect((await orderInLedger(id))?.averagePrice).toBe('124.5');
    await moveTo('AAPL', '130.00');
  });

  test('with a stop and a limit never trades beyond the limit', async () => {
    client.mark();
    const id = place(orderOf('SELL', OrderType.STP_LMT, { auxPrice: 125, lmtPrice: 124.8, totalQuantity: 10 }));
    await client.status(id, 'PreSubmitted');
    await moveTo('AAPL', '124.00');
    await client.status(id, 'Submitted');
    expect((await orderInLedger(id))?.filled).toBe('0');
    await moveTo('AAPL', '124.90');
    await client.status(id, 'Filled');
    await moveTo('AAPL', '130.00');
  });

  test('with a trailing stop follows the market up and never down', async () => {
    client.mark();
    const id = place(orderOf('SELL', OrderType.TRAIL, { trailingPercent: 5, totalQuantity: 10 }));
    await client.status(id, 'PreSubmitted');
    await moveTo('AAPL', '140.00');
    await moveTo('AAPL', '134.00');
    expect(await orderInLedger(id)).toMatchObject({ filled: '0', trailStop: '133' });
    await moveTo('AAPL', '132.90');
    await client.status(id, 'Filled');
    await moveTo('AAPL', '130.00');
  });

  test('is cancelled with status and error 202; cancelling it again is 10148, an unknown one 10147', async () => {
    client.mark();
    const id = place(orderOf('BUY', OrderType.LMT, { lmtPrice: 100, tif: TimeInForce.GTC }));
    await client.status(id, 'Submitted');
    cancel(id);
    await client.status(id, 'Cancelled');
    expect((await client.error(202)).id).toBe(id);
    cancel(id);
    expect((await client.error(10148)).id).toBe(id);
    cancel(99_999);
    expect((await client.error(10147)).id).toBe(99_999);
  });

  test('of any field comes back as it was given', async () => {
    client.mark();
    const given: Partial<Order> = {
      lmtPrice: 99.5,
      totalQuantity: 7,
      orderRef: 'all/1',
      outsideRth: true,
      hidden: true,
      allOrNone: true,
      displaySize: 5,
      minQty: 2,
      goodAfterTime: '20990101 10:00:00 US/Eastern',
      algoStrategy: 'Adaptive',
      algoParams: [{ tag: 'adaptivePriority', value: 'Normal' }],
      conditions: [new PriceCondition(150.5, TriggerMethod.Default, 265598, 'SMART', true, 'and' as never)],
      conditionsIgnoreRth: true,
      modelCode: 'M1',
      discretionaryAmt: 0.05,
      hedgeType: 'D',
      hedgeParam: '0.5',
      scalePriceIncrement: 0.05,
      scaleInitLevelSize: 3,
      usePriceMgmtAlgo: true,
      softDollarTier: { name: 'tier', value: 'one', displayName: '' },
    };
    const id = place(orderOf('BUY', OrderType.LMT, given));
    const [, , order] = (await client.seen('openOrder', (orderId: number) => orderId === id)) as [
      number,
      Contract,
      Order,
    ];
    const { softDollarTier: _tier, conditions: _conditions, ...plain } = given;
    expect(order).toMatchObject(plain);
    expect(order.conditions).toHaveLength(1);
    client.mark();
    cancel(id);
    await client.status(id, 'Cancelled');
    client.ib.reqCompletedOrders(true);
    await client.seen('completedOrdersEnd');
    const seen = client.all('completedOrder').map(([, one]) => one as Order);
    expect(seen.find((one) => one.orderRef === 'all/1')).toMatchObject({
      algoStrategy: 'Adaptive',
      hedgeParam: '0.5',
      minQty: 2,
    });
  });
});

describe('an order that cannot be', () => {
  test.each<{ what: string; code: number; order: Order; symbol?: string }>([
    { what: 'a quantity of nothing', code: 321, order: orderOf('BUY', OrderType.MKT, { totalQuantity: 0 }) },
    { what: 'a negative quantity', code: 321, order: orderOf('BUY', OrderType.MKT, { totalQuantity: -5 }) },
    {
      what: 'a quantity that is no number',
      code: 321,
      order: orderOf('BUY', OrderType.MKT, { totalQuantity: Number.NaN }),
    },
    { what: 'half a share', code: 10243, order: orderOf('BUY', OrderType.MKT, { totalQuantity: 1.5 }) },
    {
      what: 'a price between the steps',
      code: 110,
      order: orderOf('BUY', OrderType.LMT, { lmtPrice: 1.1 + 2.2 }),
    },
    { what: 'a stop between the steps', code: 110, order: orderOf('SELL', OrderType.STP, { auxPrice: 100.005 }) },
    { what: 'a limit order without its limit', code: 321, order: orderOf('BUY', OrderType.LMT) },
    { what: 'a negative price of a share', code: 321, order: orderOf('BUY', OrderType.LMT, { lmtPrice: -3 }) },
    {
      what: 'a trailing stop by amount and by percent',
      code: 321,
      order: orderOf('SELL', OrderType.TRAIL, { auxPrice: 1, trailingPercent: 1 }),
    },
    { what: 'a type that is not simulated', code: 387, order: orderOf('BUY', OrderType.MIDPRICE, { lmtPrice: 100 }) },
    { what: 'an account that is not there', code: 321, order: orderOf('BUY', OrderType.MKT, { account: 'DU42' }) },
    { what: 'a parent that is not there', code: 10006, order: orderOf('BUY', OrderType.MKT, { parentId: 88_888 }) },
    { what: 'a symbol that nobody knows', code: 200, order: orderOf('BUY', OrderType.MKT), symbol: 'NOSUCH' },
  ])('$what: error $code, and the ledger is as before', async ({ code, order, symbol }) => {
    client.mark();
    const before = await simulator.ledger();
    const id = place(order, stock(symbol ?? 'AAPL'));
    expect((await client.error(code)).id).toBe(id);
    const after = await simulator.ledger();
    expect([after.orders, after.cash]).toEqual([before.orders, before.cash]);
  });

  test('an id that was used is 103, a change of a filled order 104, a change into another order 105', async () => {
    client.mark();
    const id = place(orderOf('BUY', OrderType.MKT, { totalQuantity: 1, orderRef: 'used/1' }));
    await client.status(id, 'Filled');
    client.ib.placeOrder(id, AAPL, orderOf('SELL', OrderType.MKT, { totalQuantity: 1 }));
    expect((await client.error(103)).id).toBe(id);
    client.ib.placeOrder(id, AAPL, orderOf('BUY', OrderType.MKT, { totalQuantity: 2, orderRef: 'used/1' }));
    expect((await client.error(104)).id).toBe(id);
    const open = place(orderOf('BUY', OrderType.LMT, { lmtPrice: 100 }));
    await client.status(open, 'Submitted');
    client.ib.placeOrder(open, AAPL, orderOf('SELL', OrderType.LMT, { lmtPrice: 200 }));
    expect((await client.error(105)).id).toBe(open);
    cancel(open);
    await client.status(open, 'Cancelled');
  });

  test('more than the account can carry is rejected: 201, and Inactive for ever', async () => {
    client.mark();
    const id = place(orderOf('BUY', OrderType.MKT, { totalQuantity: 1_000_000 }));
    expect((await client.error(201)).id).toBe(id);
    await client.status(id, 'Inactive');
    client.ib.reqOpenOrders();
    await client.seen('openOrderEnd');
    expect((await orderInLedger(id))?.status).toBe('Inactive');
  });

  test('the twenty-first active order on one side of a contract is rejected', async () => {
    client.mark();
    const pfe = stock('PFE');
    const ids = Array.from({ length: 21 }, () =>
      place(orderOf('BUY', OrderType.LMT, { lmtPrice: 1, totalQuantity: 1 }), pfe),
    );
    expect((await client.error(201)).id).toBe(ids.at(-1));
    client.ib.reqGlobalCancel({ manualOrderCancelTime: '' } as never);
    await client.status(ids[19] as number, 'Cancelled');
  });
});

describe('a what-if', () => {
  test('answers with margins and commission, and places nothing', async () => {
    client.mark();
    const before = await simulator.ledger();
    const id = place(orderOf('BUY', OrderType.MKT, { whatIf: true }));
    const [, , , state] = await client.seen('openOrder', (orderId: number) => orderId === id);
    const margin = state as Record<string, number>;
    expect(Number(margin.initMarginChange)).toBeGreaterThan(0);
    expect(Number(margin.initMarginAfter)).toBeCloseTo(
      Number(margin.initMarginBefore) + Number(margin.initMarginChange),
    );
    expect(margin.commission).toBe(0.35);
    expect((await simulator.ledger()).orders).toEqual(before.orders);
    expect(client.statuses(id)).toEqual([]);
  });
});

describe('a combination', () => {
  const bag = async (): Promise<Contract> => {
    const legs = await Promise.all(
      [130, 135].map(async (strike, index) => {
        const requestId = 2_000_000 + strike;
        const option = {
          ...AAPL,
          secType: SecType.OPT,
          lastTradeDateOrContractMonth: '20210219',
          strike,
          right: 'C' as never,
        };
        client.ib.reqContractDetails(requestId, option);
        const [, found] = await client.seen('contractDetails', (id: number) => id === requestId);
        const { conId } = (found as { contract: { conId: number } }).contract;
        return { conId, ratio: 1, action: index === 0 ? 'BUY' : 'SELL', exchange: 'SMART' };
      }),
    );
    return { symbol: 'AAPL', secType: SecType.BAG, exchange: 'SMART', currency: 'USD', comboLegs: legs as never };
  };

  test('is filled as one: an execution of the whole and one of each leg, which make its price', async () => {
    const spread = await bag();
    client.mark();
    const id = place(orderOf('BUY', OrderType.LMT, { lmtPrice: 5, totalQuantity: 2, orderRef: 'bag/1' }), spread);
    await client.status(id, 'Filled');
    await client.seen('commissionReport');
    const fills = client
      .all('execDetails')
      .map(([, contract, one]) => ({ contract: contract as Contract, one: one as Execution }));
    expect(fills.map(({ contract, one }) => [contract.secType, one.side, one.shares])).toEqual([
      ['BAG', 'BOT', 2],
      ['OPT', 'BOT', 2],
      ['OPT', 'SLD', 2],
    ]);
    const [whole, bought, sold] = fills.map(({ one }) => one.price as number) as [number, number, number];
    expect(whole).toBeCloseTo(bought - sold);
    expect(client.all('commissionReport').map(([report]) => (report as { commission: number }).commission)).toEqual([
      1.3, 1.3,
    ]);
    const held = (await simulator.ledger()).positions.filter((one) => one.secType === 'OPT');
    expect(held.map((one) => one.quantity).sort()).toEqual(['-2', '2']);
    const [, contract] = (await client.seen('openOrder', (orderId: number) => orderId === id)) as [number, Contract];
    expect(contract.comboLegs).toHaveLength(2);
  });

  test('sold for a credit takes a negative limit', async () => {
    const spread = await bag();
    client.mark();
    const id = place(orderOf('SELL', OrderType.LMT, { lmtPrice: -1.5, totalQuantity: 2 }), spread);
    await client.status(id, 'Filled');
    const held = (await simulator.ledger()).positions.filter((one) => one.secType === 'OPT');
    expect(held.map((one) => one.quantity)).toEqual(['0', '0']);
  });

  test('of one leg, of a leg without ratio or of an unknown contract is an error', async () => {
    const spread = await bag();
    const [first, second] = spread.comboLegs ?? [];
    const order = orderOf('BUY', OrderType.MKT);
    client.mark();
    place(order, { ...spread, comboLegs: [first] as never });
    place(order, { ...spread, comboLegs: [first, { ...second, ratio: 0 }] as never });
    place(order, { ...spread, comboLegs: [first, { ...second, conId: 4711 }] as never });
    await client.error(200);
    expect(client.all('error').map(([, code]) => code)).toEqual([321, 321, 200]);
  });
});
