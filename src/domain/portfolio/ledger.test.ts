import { describe, expect, test } from '@jest/globals';
import {
  applyEntries,
  assertBalanced,
  buyEntries,
  cashOf,
  depositEntries,
  markEntries,
  positionsOf,
  sellEntries,
  totalOf,
} from './ledger.ts';

const asObject = (entries: readonly { ledgerAccount: string; amountUsd: string }[]) =>
  Object.fromEntries(entries.map((entry) => [entry.ledgerAccount, entry.amountUsd]));

describe('postings', () => {
  test('a deposit is cash against capital', () => {
    expect(asObject(depositEntries('100000'))).toEqual({ cash: '100000', capital: '-100000' });
  });

  test('a buy enters at cost, its commission apart', () => {
    expect(asObject(buyEntries({ ticker: 'KO', quantity: '3', price: '62.61', commissionUsd: '0.35' }))).toEqual({
      'position:KO': '187.83',
      commission: '0.35',
      cash: '-188.18',
    });
  });

  test('a partial sell takes cost and revaluation in proportion, to 6 decimals, and realises the rest', () => {
    const position = { quantity: '3', costUsd: '100' };
    const sell = { ticker: 'KO', quantity: '1', price: '40', commissionUsd: '1', position, revaluationUsd: '20' };
    expect(asObject(sellEntries(sell))).toEqual({
      cash: '39',
      commission: '1',
      'position:KO': '-33.333333',
      'realized-pnl': '-6.666667',
      'revaluation:KO': '-6.666667',
      'unrealized-pnl': '6.666667',
    });
  });

  test('the last sell takes what is left, to the last digit', () => {
    const position = { quantity: '2', costUsd: '66.666667' };
    const sell = {
      ticker: 'KO',
      quantity: '2',
      price: '20',
      commissionUsd: '0',
      position,
      revaluationUsd: '-13.333333',
    };
    expect(asObject(sellEntries(sell))).toEqual({
      cash: '40',
      'position:KO': '-66.666667',
      'realized-pnl': '26.666667',
      'revaluation:KO': '13.333333',
      'unrealized-pnl': '-13.333333',
    });
  });

  test('a mark moves the revaluation to market value minus cost, and does nothing the second time', () => {
    const mark = { ticker: 'KO', quantity: '10', costUsd: '600', price: '55.5' };
    expect(asObject(markEntries({ ...mark, revaluationUsd: '5' }))).toEqual({
      'revaluation:KO': '-50',
      'unrealized-pnl': '50',
    });
    expect(markEntries({ ...mark, revaluationUsd: '-45' })).toEqual([]);
  });

  test.each([
    ['a deposit of nothing', () => depositEntries('0')],
    ['a negative price', () => buyEntries({ ticker: 'KO', quantity: '1', price: '-1', commissionUsd: '0' })],
    ['a negative commission', () => buyEntries({ ticker: 'KO', quantity: '1', price: '1', commissionUsd: '-1' })],
    [
      'a quantity that is no number',
      () => buyEntries({ ticker: 'KO', quantity: 'NaN', price: '1', commissionUsd: '0' }),
    ],
    [
      'more than is held',
      () =>
        sellEntries({
          ticker: 'KO',
          quantity: '2',
          price: '1',
          commissionUsd: '0',
          position: { quantity: '1', costUsd: '1' },
          revaluationUsd: '0',
        }),
    ],
  ])('refuse %s', (_name, post) => {
    expect(post).toThrow(Error);
  });
});

describe('balances', () => {
  test('are the sums of the entries, with accounts at zero absent', () => {
    const opened = applyEntries(new Map(), depositEntries('1000'));
    const bought = applyEntries(opened, buyEntries({ ticker: 'KO', quantity: '10', price: '100', commissionUsd: '0' }));
    expect([...bought]).toEqual([
      ['capital', '-1000'],
      ['position:KO', '1000'],
    ]);
    expect([cashOf(bought), positionsOf(bought), totalOf(bought)]).toEqual(['0', '1000', '1000']);
    expect(cashOf(opened)).toBe('1000');
  });

  test('never take entries that do not sum to zero exactly', () => {
    const entries = [
      { ledgerAccount: 'cash', amountUsd: '0.3' },
      { ledgerAccount: 'capital', amountUsd: '-0.30000000000000000001' },
    ];
    expect(() => assertBalanced(entries)).toThrow('they sum to -0.00000000000000000001');
  });
});
