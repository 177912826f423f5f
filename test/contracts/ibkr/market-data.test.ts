import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createIbkrMarketData, type IbkrMarketData } from '../../../src/adapters/ibkr/market-data.ts';
import { systemTimers } from '../../../src/adapters/ibkr/timers.ts';
import type { Option } from '../../../src/domain/orders/instrument.ts';
import { waitFor } from '../../factories/wait-for.ts';
import { type Stand, startStand } from './stand.ts';

const DATA_CLIENT = 21;
const KO = { kind: 'stock', symbol: 'KO' } as const;
let stand: Stand;
let data: IbkrMarketData;

beforeAll(async () => {
  stand = await startStand();
});
beforeEach(async () => {
  data = createIbkrMarketData({
    ...{ host: '127.0.0.1', port: stand.simulator.port, dataClientId: DATA_CLIENT, log: stand.log },
    ...{ clock: { now: () => new Date('2026-11-21T12:00:00Z') }, timers: systemTimers, random: () => 0.99 },
  });
  await waitFor('the data connection', async () => data.isConnected);
});
afterEach(async () => {
  await data.close();
  await stand.control('connectivity', { code: 1102 });
  await stand.control('reset', {});
  expect(stand.undecoded).toEqual([]);
});
afterAll(() => stand.close());

const option = (right: 'CALL' | 'PUT', strike: string): Option => ({
  ...{ kind: 'option', symbol: 'KO', expiration: '2026-12-18', multiplier: '100', right, strike },
});

describe('prices of now', () => {
  test('a share has bid, ask and last', async () => {
    expect(await data.quote(KO)).toMatchObject({ bid: '59.99', ask: '60.01', last: '60' });
  });

  test('an option has prices and Greeks with their signs', async () => {
    const quote = await data.quote(option('PUT', '60'));
    expect(Number(quote.ask)).toBeGreaterThan(Number(quote.bid));
    const greeks = await data.greeks(option('PUT', '60'));
    expect(greeks.delta).toBeLessThan(0);
    expect(greeks.gamma).toBeGreaterThan(0);
    expect(greeks.theta).toBeLessThan(0);
    expect(greeks.impliedVolatility).toBeCloseTo(0.25, 2);
    expect(Number(greeks.underlyingPrice)).toBeCloseTo(60, 1);
  });

  test('a combination has net prices, which may be negative', async () => {
    const legs = [
      { instrument: option('PUT', '60'), side: 'SELL', ratio: 1 },
      { instrument: option('PUT', '55'), side: 'BUY', ratio: 1 },
    ] as const;
    const quote = await data.quote({ kind: 'combo', symbol: 'KO', legs });
    expect(Number(quote.bid)).toBeLessThan(0);
    expect(Number(quote.ask)).toBeGreaterThan(Number(quote.bid));
  });

  test('delayed prices say that they are', async () => {
    await stand.control('faults', { fault: 'market_data_error', code: 10167 });
    expect(await data.quote(KO)).toMatchObject({ bid: '59.99', isDelayed: true });
  });

  test('a refusal is passed on with its number, and an unknown symbol is named', async () => {
    await stand.control('faults', { fault: 'market_data_error', code: 10197 });
    await expect(data.quote(KO)).rejects.toMatchObject({ code: 'BROKER_REJECTED', brokerCode: 10197 });
    await expect(data.quote({ kind: 'stock', symbol: 'NOSUCH' })).rejects.toMatchObject({ code: 'ORDER_INVALID' });
  });
});

test('an option chain has its expirations and strikes in order', async () => {
  const [chain] = await data.optionChain('KO');
  expect(chain).toMatchObject({ tradingClass: 'KO', multiplier: '100' });
  expect(chain?.expirations).toContain('2026-12-18');
  expect(chain?.expirations).toEqual([...(chain?.expirations ?? [])].sort());
  expect(chain?.strikes).toContain('60');
  await expect(data.optionChain('NOSUCH')).rejects.toMatchObject({ code: 'ORDER_INVALID' });
});

test('daily history has the days that were asked for, as exact prices', async () => {
  expect(await data.dailyBars(KO, '2026-11-16', '2026-11-20')).toEqual([
    { marketDate: '2026-11-20', open: '60', high: '60', low: '60', close: '60', volume: '1000' },
  ]);
});

test('symbols are found by their beginning', async () => {
  expect(await data.searchSymbols('K')).toMatchObject([
    { symbol: 'KO', kind: 'STK', currency: 'USD', hasOptions: true },
  ]);
});

test('while the gateway is without its broker there are no prices, and afterwards there are again', async () => {
  await stand.control('connectivity', { code: 1100 });
  await waitFor('the loss', async () => !data.isConnected);
  await expect(data.quote(KO)).rejects.toMatchObject({ code: 'BROKER_NOT_READY', effect: 'none' });
  await stand.control('connectivity', { code: 1101 });
  await waitFor('the return', async () => data.isConnected);
  expect(await data.quote(KO)).toMatchObject({ bid: '59.99' });
});

test('a lost data connection comes back', async () => {
  await stand.control('connections', { action: 'disconnect', clientId: DATA_CLIENT });
  await waitFor('the loss', async () => !data.isConnected);
  await waitFor('the return', async () => data.isConnected);
  expect(await data.quote(KO)).toMatchObject({ ask: '60.01' });
});
