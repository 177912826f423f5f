import { describe, expect, test } from '@jest/globals';
import { assessTicket, type OrderToAssess, type TicketFacts } from './assess-ticket.ts';
import { DEFAULT_RISK_LIMITS } from './risk-limits.ts';
import { BUY_KO, planned } from './testing/sample-orders.ts';

const FACTS: TicketFacts = {
  mode: 'normal',
  cashUsd: '1000',
  buyingPowerUsd: '1000',
  netLiquidationUsd: '10000',
  positions: [],
  working: [],
  recentIntents: [],
  isMarketOpen: true,
  tradeId: null,
  deltas: new Map(),
};

function toAssess(n: number, symbol: string, change: Parameters<typeof planned>[1] = {}): OrderToAssess {
  const order = { ...BUY_KO, tradable: { kind: 'stock', symbol } as const };
  return {
    planned: planned(order, { orderRef: `t/${n}`, ...change }),
    walkLimit: null,
    quote: '60',
    obstacle: null,
  };
}

const denialsOf = (orders: readonly OrderToAssess[], facts: Partial<TicketFacts> = {}, isWhole = false) =>
  assessTicket(orders, { ...FACTS, ...facts }, DEFAULT_RISK_LIMITS, isWhole).map(({ denial }) => denial);

describe('orders of one ticket', () => {
  test('spend what the ones before them have left', () => {
    const [first, second] = assessTicket([toAssess(1, 'KO'), toAssess(2, 'PEP')], FACTS, DEFAULT_RISK_LIMITS, false);
    expect([first?.denial, first?.reservedUsd]).toEqual([null, '600']);
    expect(second?.denial).toBe(
      'buying power is 400.00 USD, and the order needs 601.00 USD; cash is 400.00 USD, and the order needs 601.00 USD',
    );
  });

  test('that would do the same twice are a mistake', () => {
    expect(denialsOf([toAssess(1, 'KO'), toAssess(2, 'KO')], { cashUsd: '9000', buyingPowerUsd: '9000' })).toEqual([
      null,
      'an order may stand only once, and t/1 has the same intent',
    ]);
  });

  test('that go to the broker together are denied together', () => {
    const bracket = [
      toAssess(1, 'KO'),
      toAssess(2, 'KO', { role: 'stop_loss', parentRef: 't/1', side: 'SELL', type: 'STOP', stopPrice: '55' }),
    ];
    const denials = denialsOf([...bracket, toAssess(3, 'PEP')], { cashUsd: '700', buyingPowerUsd: '400' });
    expect(denials[0]).toContain('buying power is 400.00 USD');
    expect(denials[1]).toBe(`t/1 was denied: ${denials[0]}`);
    const separate = [...bracket, toAssess(3, 'PEP')].map((one, index) =>
      index === 0 ? { ...one, obstacle: 'no' } : one,
    );
    expect(denialsOf(separate)).toEqual(['no', 't/1 was denied: no', null]);
  });

  test('of a combination by legs are denied as a whole', () => {
    const legs = [toAssess(1, 'KO'), { ...toAssess(2, 'PEP'), obstacle: 'there is no market' }];
    expect(denialsOf(legs, { cashUsd: '9000', buyingPowerUsd: '9000' }, true)).toEqual([
      't/2 was denied: there is no market',
      'there is no market',
    ]);
  });
});

test('a walking order is held against the price that it may reach', () => {
  const walking = { ...toAssess(1, 'KO'), walkLimit: '101' };
  expect(denialsOf([walking])[0]).toContain('buying power is 1,000.00 USD, and the order needs 1,011.00 USD');
});

test('an order that reduces a position reserves nothing and is held against no limit of money', () => {
  const instrument = { kind: 'stock', symbol: 'KO' } as const;
  const positions = [{ instrument, quantity: '10', marketValueUsd: '600', tradeId: null }];
  const [sale] = assessTicket(
    [toAssess(1, 'KO', { side: 'SELL' })],
    { ...FACTS, cashUsd: '0', buyingPowerUsd: '0', positions },
    DEFAULT_RISK_LIMITS,
    false,
  );
  expect(sale).toMatchObject({ denial: null, reservedUsd: '0' });
});
