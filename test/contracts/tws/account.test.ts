import { beforeAll, describe, expect, test } from '@jest/globals';
import { BarSizeSetting, type Contract, type Execution, OrderType, SecType, WhatToShow } from '@stoqey/ib';
import { orderOf, type RunningSimulator, stock, withSimulator } from './running-simulator.ts';
import type { StoqeyClient } from './stoqey-client.ts';

let simulator: RunningSimulator;
let client: StoqeyClient;
let conId: number;
withSimulator((suite) => {
  ({ simulator, client } = suite);
});
beforeAll(async () => {
  client.ib.placeOrder(1, stock('AAPL'), orderOf('BUY', OrderType.MKT, { orderRef: 'first/1' }));
  await client.status(1, 'Filled');
  const held = (await simulator.ledger()).positions[0];
  conId = held?.conId as number;
});

describe('an account', () => {
  test('has its positions, and tells when they change', async () => {
    client.ib.reqPositions();
    await client.seen('positionEnd');
    expect(
      client.all('position').map(([account, contract, size]) => [account, (contract as Contract).symbol, size]),
    ).toEqual([['DU1000001', 'AAPL', 100]]);
    client.ib.placeOrder(2, stock('KO'), orderOf('SELL', OrderType.MKT, { totalQuantity: 10 }));
    await client.seen(
      'position',
      (_a: string, contract: Contract, size: number) => contract.symbol === 'KO' && size === -10,
    );
    client.ib.cancelPositions();
  });

  test('has a summary of the tags that are asked for', async () => {
    client.ib.reqAccountSummary(1_000_001, 'All', 'NetLiquidation,TotalCashValue,BuyingPower');
    await client.seen('accountSummaryEnd');
    expect(
      client
        .all('accountSummary')
        .map(([, , tag]) => tag)
        .sort(),
    ).toEqual(['BuyingPower', 'NetLiquidation', 'TotalCashValue']);
    client.ib.cancelAccountSummary(1_000_001);
  });

  test('has values and a portfolio, once or as they change', async () => {
    client.ib.reqAccountUpdates(true, 'DU1000001');
    await client.seen('accountDownloadEnd');
    await client.seen(
      'updatePortfolio',
      (contract: Contract, size: number) => contract.symbol === 'AAPL' && size === 100,
    );
    await client.seen('updateAccountValue', (tag: string) => tag === 'CashBalance');
    client.mark();
    client.ib.placeOrder(3, stock('KO'), orderOf('BUY', OrderType.MKT, { totalQuantity: 10 }));
    await client.seen('updatePortfolio', (contract: Contract, size: number) => contract.symbol === 'KO' && size === 0);
    client.ib.reqAccountUpdates(false, 'DU1000001');
    client.ib.reqAccountUpdatesMulti(1_000_002, 'DU1000001', '', true);
    await client.seen('accountUpdateMultiEnd');
  });

  test('has profits, of all and of one contract, which follow the market', async () => {
    client.ib.reqPnL(1_000_003, 'DU1000001', '');
    client.ib.reqPnLSingle(1_000_004, 'DU1000001', '', conId);
    await client.seen('pnl');
    client.mark();
    await simulator.control('price', { symbol: 'AAPL', bid: '139.99', ask: '140.01', last: '140' });
    const [, size, , unrealized, , value] = await client.seen('pnlSingle', (id: number) => id === 1_000_004);
    expect([size, value]).toEqual([100, 14_000]);
    // Bought at 130.01 with a commission of 0.35.
    expect(unrealized).toBeCloseTo(998.65);
    client.ib.cancelPnL(1_000_003);
    client.ib.cancelPnLSingle(1_000_004);
  });

  test('has executions by filter, each with its commission and what it realised', async () => {
    client.mark();
    client.ib.reqExecutions(1_000_005, { symbol: 'KO' });
    await client.seen('execDetailsEnd', (id: number) => id === 1_000_005);
    const found = client.all('execDetails').map(([, , one]) => one as Execution);
    expect(found.map((one) => [one.side, one.shares])).toEqual([
      ['SLD', 10],
      ['BOT', 10],
    ]);
    const reports = client.all('commissionReport').map(([one]) => one as { realizedPNL: number; commission: number });
    expect(reports.map(({ commission }) => commission)).toEqual([0.35, 0.35]);
    expect(reports[1]?.realizedPNL).toBeCloseTo(-0.8);
    client.mark();
    client.ib.reqExecutions(1_000_006, { side: 'SELL', time: '20990101-00:00:00' } as never);
    await client.seen('execDetailsEnd', (id: number) => id === 1_000_006);
    expect(client.all('execDetails')).toEqual([]);
  });

  test('shows what a person does at the broker: an order without a reference, that others see when they ask', async () => {
    const order = (await simulator.control('hand-orders', {
      symbol: 'PFE',
      action: 'BUY',
      quantity: 5,
      type: 'LMT',
      limitPrice: '30',
    })) as { permId: number };
    client.mark();
    client.ib.reqAllOpenOrders();
    await client.seen(
      'openOrder',
      (_id: number, _c: Contract, seen: { permId: number }) => seen.permId === order.permId,
    );
    expect(await simulator.control('hand-cancels', { permId: order.permId })).toEqual({ cancelled: true });
  });
});

describe('the market', () => {
  test('streams prices and sizes, and goes on when they move', async () => {
    client.mark();
    client.ib.reqMktData(1_000_010, stock('KO'), '', false, false);
    await client.seen(
      'tickPrice',
      (id: number, type: number, price: number) => id === 1_000_010 && type === 1 && price === 50,
    );
    await client.seen('tickSize', (id: number, type: number) => id === 1_000_010 && type === 3);
    await client.seen('tickReqParams');
    await simulator.control('price', { symbol: 'KO', bid: '51', ask: '51.02', last: '51' });
    await client.seen(
      'tickPrice',
      (id: number, type: number, price: number) => id === 1_000_010 && type === 2 && price === 51.02,
    );
    client.ib.cancelMktData(1_000_010);
  });

  test('gives a snapshot of an option with the Greeks of the model', async () => {
    client.mark();
    const option = {
      ...stock('KO'),
      secType: SecType.OPT,
      lastTradeDateOrContractMonth: '20210219',
      strike: 50,
      right: 'P' as never,
    };
    client.ib.reqMktData(1_000_011, option, '', true, false);
    await client.seen('tickSnapshotEnd');
    const [, , , volatility, delta, price, , gamma, vega, theta, spot] = await client.seen(
      'tickOptionComputation',
      (_id: number, type: number) => type === 13,
    );
    expect([volatility, spot]).toEqual([0.25, 51.01]);
    expect(Number(delta)).toBeGreaterThan(-0.5);
    expect(Number(delta)).toBeLessThan(0);
    for (const one of [price, gamma, vega]) expect(Number(one)).toBeGreaterThan(0);
    expect(Number(theta)).toBeLessThan(0);
  });

  test('prices a combination by its legs', async () => {
    client.mark();
    const legs = [48, 52].map((strike, index) => {
      const requestId = 1_000_030 + index;
      const option = {
        ...stock('KO'),
        secType: SecType.OPT,
        lastTradeDateOrContractMonth: '20210219',
        strike,
        right: 'C' as never,
      };
      client.ib.reqContractDetails(requestId, option);
      return client.seen('contractDetails', (id: number) => id === requestId);
    });
    const [bought, sold] = (await Promise.all(legs)).map(
      ([, one]) => (one as { contract: { conId: number } }).contract.conId,
    );
    const leg = (id: number | undefined, action: string) => ({ conId: id, ratio: 1, action, exchange: 'SMART' });
    const bag = { ...stock('KO'), secType: SecType.BAG, comboLegs: [leg(bought, 'BUY'), leg(sold, 'SELL')] as never };
    client.ib.reqMktData(1_000_032, bag, '', true, false);
    await client.seen('tickSnapshotEnd', (id: number) => id === 1_000_032);
    const [bid, ask] = [1, 2].map(
      (wanted) => client.all('tickPrice').find(([id, type]) => id === 1_000_032 && type === wanted)?.[2] as number,
    );
    expect(bid).toBeGreaterThan(0);
    expect(ask).toBeGreaterThan(bid as number);
    expect(ask).toBeLessThan(4);
  });

  test('gives delayed data where that is wanted, and the errors of the field where a fault has it so', async () => {
    client.mark();
    client.ib.reqMarketDataType(3);
    client.ib.reqMktData(1_000_012, stock('KO'), '', true, false);
    await client.seen('tickPrice', (id: number, type: number) => id === 1_000_012 && type === 66);
    client.ib.reqMarketDataType(1);
    await simulator.control('faults', { fault: 'market_data_error', code: 354 });
    client.ib.reqMktData(1_000_013, stock('KO'), '', false, false);
    expect((await client.error(354)).id).toBe(1_000_013);
    client.ib.reqMktData(1_000_014, stock('NOSUCH'), '', false, false);
    expect((await client.error(200)).id).toBe(1_000_014);
  });

  test('has daily and weekly bars and their beginning; finer ones are an error', async () => {
    client.mark();
    const bars = (id: number, size: BarSizeSetting) =>
      client.ib.reqHistoricalData(id, stock('KO'), '', '1 M', size, WhatToShow.TRADES, 1, 1, false);
    bars(1_000_020, BarSizeSetting.DAYS_ONE);
    await client.seen('historicalData', (id: number, date: string) => id === 1_000_020 && date.startsWith('finished'));
    const daily = client.all('historicalData').filter(([, date]) => !String(date).startsWith('finished'));
    expect(daily).toHaveLength(5);
    expect(daily[0]?.slice(1, 7)).toEqual(['20201228', 50, 50, 50, 50, 1000]);
    client.mark();
    bars(1_000_021, BarSizeSetting.WEEKS_ONE);
    await client.seen('historicalData', (id: number, date: string) => id === 1_000_021 && date.startsWith('finished'));
    expect(client.all('historicalData')).toHaveLength(3);
    bars(1_000_022, BarSizeSetting.MINUTES_ONE);
    expect((await client.error(321)).id).toBe(1_000_022);
    client.ib.reqHeadTimestamp(1_000_023, stock('KO'), WhatToShow.TRADES, true, 1);
    expect((await client.seen('headTimestamp'))[1]).toBe('20201228-00:00:00');
  });
});
