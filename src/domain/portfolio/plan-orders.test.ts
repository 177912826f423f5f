import { describe, expect, test } from '@jest/globals';
import type { Recommendation } from '../research/recommendation.ts';
import { planOrders } from './plan-orders.ts';

function recommend(action: Recommendation['action'], ticker: string, allocationPercent: string): Recommendation {
  return { ticker, action, allocationPercent, entryPrice: '1', targetPrice: '2', stopLoss: '0.5', rationale: '' };
}

function plan(
  recommendations: Recommendation[],
  books: {
    cash?: string;
    total?: string;
    held?: Record<string, string>;
    quotes?: Record<string, string>;
    fee?: string;
  } = {},
) {
  const {
    cash = '100000',
    total = '100000',
    held = {},
    quotes = { KO: '60', PG: '150.25', XOM: '108.41' },
    fee,
  } = books;
  return planOrders({
    recommendations,
    cashUsd: cash,
    totalUsd: total,
    positions: new Map(Object.entries(held).map(([ticker, quantity]) => [ticker, { quantity }])),
    quotes: new Map(Object.entries(quotes)),
    ...(fee === undefined ? {} : { commissionPerOrderUsd: fee }),
  }).orders;
}

describe('a BUY', () => {
  test('is sized in whole shares by its percent of the total', () => {
    expect(plan([recommend('BUY', 'PG', '15')])).toEqual([
      {
        ticker: 'PG',
        side: 'BUY',
        quantity: '99',
        referencePrice: '150.25',
        notionalUsd: '14874.75',
        outcome: 'order',
      },
    ]);
  });

  test('goes only as far as the cash that earlier buys left', () => {
    const orders = plan([recommend('BUY', 'KO', '60'), recommend('BUY', 'PG', '30')], { cash: '61000' });
    expect(orders.map((one) => one.quantity)).toEqual(['1000', '6']);
  });

  test('that affords no share is denied with limit and value', () => {
    expect(plan([recommend('BUY', 'PG', '0.1')])).toEqual([
      {
        ticker: 'PG',
        side: 'BUY',
        quantity: '0',
        referencePrice: '150.25',
        notionalUsd: '0',
        outcome: 'denied',
        reason: 'the allocation of 0.1 % is 100.00 USD, but one share of PG costs 150.25 USD',
      },
    ]);
    expect(plan([recommend('BUY', 'PG', '10')], { cash: '42.5' })[0]?.reason).toBe(
      'the cash left is 42.50 USD, but one share of PG costs 150.25 USD',
    );
    expect(plan([recommend('BUY', 'PG', '10')], { cash: '-5' })[0]?.outcome).toBe('denied');
  });

  test('leaves room for the commission', () => {
    const buys = [recommend('BUY', 'KO', '60'), recommend('BUY', 'XOM', '40')];
    const quotes = { KO: '60', XOM: '40' };
    expect(plan(buys, { quotes }).map((one) => one.quantity)).toEqual(['1000', '1000']);
    expect(plan(buys, { quotes, fee: '1' }).map((one) => one.quantity)).toEqual(['1000', '999']);
    expect(plan(buys, { quotes, cash: '0.5', fee: '1' }).map((one) => one.outcome)).toEqual(['denied', 'denied']);
  });
});

describe('a SELL', () => {
  test.each([
    ['0', '120'],
    ['7.2', '120'],
    ['50', '120'],
    ['3', '50'],
    ['0.01', '1'],
  ])('of %s %% from 120 shares sells %s', (percent, quantity) => {
    expect(plan([recommend('SELL', 'KO', percent)], { held: { KO: '120' } })[0]).toMatchObject({
      side: 'SELL',
      quantity,
      outcome: 'order',
    });
  });

  test('without a position is denied: nothing is sold short', () => {
    expect(plan([recommend('SELL', 'KO', '0')])[0]).toMatchObject({
      outcome: 'denied',
      quantity: '0',
      reason: 'no position in KO to sell: 0 shares held, and no short sales',
    });
  });

  test('comes first and its proceeds pay for the buys', () => {
    const orders = plan([recommend('BUY', 'PG', '10'), recommend('SELL', 'KO', '0')], {
      cash: '0',
      held: { KO: '100' },
    });
    expect(orders.map((one) => [one.side, one.ticker, one.quantity])).toEqual([
      ['SELL', 'KO', '100'],
      ['BUY', 'PG', '39'],
    ]);
  });
});

test('a HOLD gives nothing', () => {
  expect(plan([recommend('HOLD', 'KO', '50')], { held: { KO: '1' } })).toEqual([]);
});

test('a ticker without a quote is denied and not guessed; a quote of zero is an error', () => {
  const both = [recommend('SELL', 'KO', '0'), recommend('BUY', 'PG', '10')];
  expect(plan(both, { held: { KO: '5' }, quotes: {} }).map((one) => [one.referencePrice, one.reason])).toEqual([
    ['0', 'no market price for KO'],
    ['0', 'no market price for PG'],
  ]);
  expect(() => plan(both, { quotes: { KO: '0' } })).toThrow('quote of KO must be positive');
});
