import { describe, expect, test } from '@jest/globals';
import { dec } from '../../../domain/money/decimal.ts';
import { bagContract, stockContract } from '../contracts/sim-contract.ts';
import type { LiveQuote } from '../market/quote-board.ts';
import type { OrderFields } from '../wire/order-layout.ts';
import { tradePrice, tradeQuantity, viewTrigger } from './matching.ts';
import type { SimOrder } from './sim-order.ts';

const quote = (bid: string, ask: string, last = ask): LiveQuote => ({
  bid: dec(bid),
  ask: dec(ask),
  last: dec(last),
  close: dec(last),
  bidSize: null,
  askSize: null,
});

const order = (fields: OrderFields, more: Partial<SimOrder> = {}): SimOrder => ({
  permId: 1,
  clientId: 1,
  orderId: 1,
  account: 'A',
  contract: stockContract('KO'),
  fields: { action: 'BUY', totalQuantity: '100', orderType: 'MKT', ...fields },
  lists: { legs: [], legPrices: [], smartRouting: [], algoParams: [], conditions: [] },
  status: 'Submitted',
  isHeld: false,
  quantity: '100',
  filled: '0',
  averagePrice: '0',
  lastPrice: '0',
  parentPermId: null,
  ocaGroup: '',
  ocaType: '',
  isTriggered: true,
  trailStop: null,
  endedAt: null,
  endReason: null,
  history: [],
  ...more,
});

const priceOf = (one: SimOrder, at: LiveQuote): string | null => tradePrice(one, at)?.toFixed() ?? null;

describe('the price at which an order trades', () => {
  test('is the ask for a buyer and the bid for a seller', () => {
    expect(priceOf(order({}), quote('9.99', '10.01'))).toBe('10.01');
    expect(priceOf(order({ action: 'SELL' }), quote('9.99', '10.01'))).toBe('9.99');
  });

  test('is never worse than the limit, exactly at it included', () => {
    const buy = order({ orderType: 'LMT', lmtPrice: '10' });
    expect([priceOf(buy, quote('9.9', '10')), priceOf(buy, quote('9.9', '9.95'))]).toEqual(['10', '9.95']);
    expect(priceOf(buy, quote('9.9', '10.01'))).toBeNull();
    expect(priceOf(order({ action: 'SELL', orderType: 'LMT', lmtPrice: '10' }), quote('9.99', '10.01'))).toBeNull();
  });

  test('of a combination may be negative', () => {
    const contract = bagContract('KO', []);
    const credit = order({ orderType: 'LMT', lmtPrice: '-1.5' }, { contract });
    expect(priceOf(credit, quote('-1.7', '-1.6'))).toBe('-1.6');
    expect(priceOf(credit, quote('-1.5', '-1.4'))).toBeNull();
  });
});

describe('a stop', () => {
  const stop = order({ action: 'SELL', orderType: 'STP', auxPrice: '9' }, { isTriggered: false });

  test('is reached by the last price, not before', () => {
    expect(viewTrigger(stop, quote('8.9', '9.2', '9.01')).isTriggered).toBe(false);
    expect(viewTrigger(stop, quote('9', '9.2', '9')).isTriggered).toBe(true);
    expect(priceOf(stop, quote('8', '8.1'))).toBeNull();
  });

  test('that trails follows by an amount or by percent, on the price grid, and never moves back', () => {
    const amount = order({ action: 'SELL', orderType: 'TRAIL', auxPrice: '1' }, { isTriggered: false });
    expect(viewTrigger(amount, quote('10', '10')).trailStop).toBe('9');
    expect(viewTrigger({ ...amount, trailStop: '9' }, quote('9.5', '9.5')).trailStop).toBe('9');
    const percent = order({ action: 'BUY', orderType: 'TRAIL', trailingPercent: '3' }, { isTriggered: false });
    expect(viewTrigger(percent, quote('10.01', '10.01')).trailStop).toBe('10.32');
    expect(viewTrigger({ ...percent, trailStop: '10.32' }, quote('10.32', '10.32')).isTriggered).toBe(true);
  });
});

test('an order trades no more than its rest, its parent has filled and the market has', () => {
  const one = order({}, { filled: '20' });
  expect(tradeQuantity(one, null, null).toFixed()).toBe('80');
  expect(tradeQuantity(one, null, 30).toFixed()).toBe('30');
  expect(tradeQuantity(one, order({}, { filled: '50' }), null).toFixed()).toBe('30');
  expect(tradeQuantity(one, order({}, { filled: '10' }), null).toFixed()).toBe('0');
});
