import { describe, expect, test } from '@jest/globals';
import { disagreements, type OpenLot, realizedOf, sumResults, totalResult, unrealizedOf } from './profit-and-loss.ts';

const LOT: OpenLot = {
  ...{ accountId: 'a', instrument: 'KO', openedOn: '2026-03-02', quantity: '10', costUsd: '600' },
  ...{ commissionUsd: '1', price: '62', multiplier: '1', markedOn: '2026-03-03' },
};
const RESULT = { realizedUsd: '40', unrealizedUsd: '20', dividendsUsd: '5', commissionsUsd: '2' };
const BALANCES = new Map([
  ...Object.entries({ cash: '443', 'position:KO': '600', 'revaluation:KO': '20', capital: '-1000' }),
  ...Object.entries({ 'realized-pnl': '-40', 'unrealized-pnl': '-20', dividend: '-5', commission: '2' }),
]);

describe('a result', () => {
  test('is realised, unrealised and dividends, less commissions', () => {
    expect(totalResult(RESULT)).toBe('63');
    expect(sumResults([RESULT, { ...RESULT, realizedUsd: '-100.005' }])).toEqual({
      ...{ realizedUsd: '-60.005', unrealizedUsd: '40', dividendsUsd: '10', commissionsUsd: '4' },
    });
    expect(totalResult(sumResults([]))).toBe('0');
  });

  test('of a short lot gains where its price falls, of an option by its multiplier', () => {
    expect(unrealizedOf({ ...LOT, quantity: '-10', costUsd: '-600', price: '55' })).toBe('50');
    expect(unrealizedOf({ ...LOT, quantity: '1', costUsd: '200', price: '2.5', multiplier: '100' })).toBe('50');
    expect(realizedOf({ costUsd: '-600', proceedsUsd: '-550' })).toBe('50');
  });

  test('agrees with its ledger, or says where not', () => {
    expect(disagreements(RESULT, BALANCES, [LOT])).toEqual([]);
    expect(disagreements(RESULT, BALANCES, [])).toEqual([
      'the open lots’ result would be 0 USD, but the ledger says 20',
    ]);
    expect(disagreements({ ...RESULT, commissionsUsd: '2.01' }, BALANCES, [LOT])).toEqual([
      'commissions would be 2.01 USD, but the ledger says 2',
      'the whole result would be 62.99 USD, but the ledger says 63',
    ]);
  });

  test('of an account that did nothing is nothing', () => {
    const nothing = new Map([
      ['cash', '1000'],
      ['capital', '-1000'],
    ]);
    expect(disagreements(sumResults([]), nothing, [])).toEqual([]);
  });
});
