import { describe, expect, test } from '@jest/globals';
import { applyEntries, buyEntries, depositEntries } from './ledger.ts';
import { type BooksBefore, type Fill, markToMarket, settleFills } from './settle.ts';

const fill = (execId: string, side: Fill['side'], ticker: string, quantity: string, price: string): Fill => ({
  execId,
  side,
  ticker,
  quantity,
  price,
  commissionUsd: '0',
});

/** 1,000 dollars of which 600 went into 10 shares of KO. */
function books(quotes: Record<string, string>): BooksBefore {
  const bought = buyEntries({ ticker: 'KO', quantity: '10', price: '60', commissionUsd: '0' });
  return {
    balances: applyEntries(applyEntries(new Map(), depositEntries('1000')), bought),
    positions: new Map([['KO', { quantity: '10', costUsd: '600' }]]),
    quotes: new Map(Object.entries(quotes)),
  };
}

describe('settling fills', () => {
  test('books one transaction per execution and one mark per position that moved', () => {
    const fills = [fill('e1', 'SELL', 'KO', '4', '65'), fill('e2', 'BUY', 'PG', '3', '150.25')];
    const settled = settleFills({ ...books({ KO: '65', PG: '150.25' }), fills });
    expect(settled.transactions.map((one) => [one.key, one.memo, one.executionId])).toEqual([
      ['fill/e1', 'SELL 4 KO at 65', 'e1'],
      ['fill/e2', 'BUY 3 PG at 150.25', 'e2'],
      ['mark/KO', 'mark KO at 65', undefined],
    ]);
    expect(settled.positions).toEqual([
      { ticker: 'KO', quantity: '6', costUsd: '360', marketPrice: '65' },
      { ticker: 'PG', quantity: '3', costUsd: '450.75', marketPrice: '150.25' },
    ]);
    expect([settled.cashUsd, settled.positionsUsd, settled.totalUsd]).toEqual(['209.25', '840.75', '1050']);
  });

  test('leaves a closed position out, and no trace of it in the balances', () => {
    const marked = markToMarket(books({ KO: '70' }));
    const positions = new Map(marked.positions.map((one) => [one.ticker, one]));
    const settled = settleFills({
      balances: marked.balances,
      positions,
      quotes: new Map(),
      fills: [fill('e1', 'SELL', 'KO', '10', '66')],
    });
    expect(settled.positions).toEqual([]);
    expect(Object.fromEntries(settled.balances)).toEqual({ cash: '1060', capital: '-1000', 'realized-pnl': '-60' });
    expect(settled.totalUsd).toBe('1060');
  });

  test('adds to a position at average cost', () => {
    const settled = settleFills({ ...books({ KO: '62' }), fills: [fill('e1', 'BUY', 'KO', '5', '62')] });
    expect(settled.positions).toEqual([{ ticker: 'KO', quantity: '15', costUsd: '910', marketPrice: '62' }]);
  });

  test.each([
    ['an execution twice', [fill('e1', 'BUY', 'KO', '1', '60'), fill('e1', 'BUY', 'KO', '1', '60')], 'stands twice'],
    ['a sale of what is not held', [fill('e1', 'SELL', 'PG', '1', '150')], 'which is not held'],
    ['a sale of more than is held', [fill('e1', 'SELL', 'KO', '11', '60')], 'cannot sell 11'],
    ['more than the cash', [fill('e1', 'BUY', 'KO', '7', '60')], 'cash would end at -20'],
    ['a position without a quote', [fill('e1', 'BUY', 'PG', '1', '150')], 'no quote for the position in PG'],
    ['an unknown side', [{ ...fill('e1', 'BUY', 'KO', '1', '60'), side: 'SHORT' as never }], 'unexpected value'],
  ])('refuses %s', (_name, fills, message) => {
    expect(() => settleFills({ ...books({ KO: '60' }), fills })).toThrow(message);
  });

  test('refuses books in which ledger and positions disagree', () => {
    const start = books({ KO: '60' });
    const otherCost = new Map([['KO', { quantity: '10', costUsd: '601' }]]);
    expect(() => settleFills({ ...start, positions: otherCost, fills: [] })).toThrow('the ledger says 600');
    expect(() => markToMarket({ ...start, positions: new Map() })).toThrow('there is no position in KO');
    const unbooked = new Map([...start.positions, ['PG', { quantity: '1', costUsd: '5' }] as const]);
    expect(() => markToMarket({ ...start, positions: unbooked })).toThrow('the ledger says 0');
  });
});

test('marking twice at the same quotes books nothing the second time', () => {
  const once = markToMarket(books({ KO: '61.5' }));
  expect(once.transactions.map((one) => one.key)).toEqual(['mark/KO']);
  const positions = new Map(once.positions.map((one) => [one.ticker, one]));
  const twice = markToMarket({ balances: once.balances, positions, quotes: new Map([['KO', '61.5']]) });
  expect(twice.transactions).toEqual([]);
  expect(twice.totalUsd).toBe('1015');
});
