import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dec, sum } from '../money/decimal.ts';
import { assertBalanced } from '../portfolio/ledger.ts';
import { applySplit, cashDividend, describeAction } from './corporate-actions.ts';
import { costOf, positionOf, type TaxLot } from './lots.ts';

const lot = (execId: string, quantity: string, costUsd: string, commissionUsd = '0'): TaxLot => ({
  ...{ execId, quantity, costUsd, commissionUsd },
});
const SPLIT = { key: 'split/KO/2026-11-20', symbol: 'KO', cashInLieuPrice: '30' } as const;

describe('a split', () => {
  test('scales the units of every lot and leaves its cost and the ledger as they are', () => {
    const lots = [lot('a', '10', '400', '1'), lot('b', '5', '250', '1')];
    expect(applySplit({ ...SPLIT, lots, ratio: { to: 4, from: 1 } })).toEqual({
      lots: [lot('a', '40', '400', '1'), lot('b', '20', '250', '1')],
      ...{ cashInLieuUsd: '0', closed: [], entries: [] },
    });
  });

  test('keeps the fractions of lots that make whole shares together', () => {
    const { lots, cashInLieuUsd } = applySplit({
      ...SPLIT,
      lots: [lot('a', '1', '40'), lot('b', '1', '41')],
      ratio: { to: 3, from: 2 },
    });
    expect(lots.map((one) => one.quantity)).toEqual(['1.5', '1.5']);
    expect(cashInLieuUsd).toBe('0');
  });

  test('cashes the fraction of a share out of the oldest lot, with its part of the cost', () => {
    const lots = [lot('a', '7', '70', '0.7'), lot('b', '8', '88')];
    const { closed, ...result } = applySplit({ ...SPLIT, lots, ratio: { to: 1, from: 2 } });
    expect(result).toEqual({
      lots: [lot('a', '3', '60', '0.6'), lot('b', '4', '88')],
      cashInLieuUsd: '15',
      entries: [
        { ledgerAccount: 'cash', amountUsd: '15' },
        { ledgerAccount: 'position:KO', amountUsd: '-10' },
        { ledgerAccount: 'realized-pnl', amountUsd: '-5' },
      ],
    });
    expect(closed).toEqual([
      {
        ...{ openedBy: 'a', closedBy: SPLIT.key, quantity: '0.5', costUsd: '10', proceedsUsd: '15' },
        ...{ commissionUsd: '0.1', realizedUsd: '4.9' },
      },
    ]);
  });

  test('keeps units that have no exact decimal to twelve places, and the last lot takes the rest', () => {
    const lots = [lot('a', '10', '1'), lot('b', '20', '1')];
    const { lots: after, cashInLieuUsd } = applySplit({
      ...SPLIT,
      lots,
      ratio: { to: 1, from: 3 },
      cashInLieuPrice: '0',
    });
    expect(after.map((one) => one.quantity)).toEqual(['3.333333333333', '6.666666666667']);
    expect(cashInLieuUsd).toBe('0');
  });

  test('of a short position makes it pay for the fraction', () => {
    const result = applySplit({ ...SPLIT, lots: [lot('a', '-3', '-60')], ratio: { to: 1, from: 2 } });
    expect(result.lots).toEqual([lot('a', '-1', '-40')]);
    expect(result.cashInLieuUsd).toBe('-15');
    expect(result.closed[0]).toMatchObject({ costUsd: '-20', proceedsUsd: '-15', realizedUsd: '5' });
  });

  test('cashes a fraction out of several lots, cent by cent', () => {
    const lots = ['a', 'b', 'c'].map((id) => lot(id, '1', '1'));
    const { closed, cashInLieuUsd } = applySplit({
      ...SPLIT,
      lots,
      ratio: { to: 1, from: 10 },
      cashInLieuPrice: '3.35',
    });
    expect(cashInLieuUsd).toBe('1.01');
    expect(closed.map((part) => part.proceedsUsd)).toEqual(['0.34', '0.34', '0.33']);
  });

  test('that leaves nothing takes the revaluation back', () => {
    const split = { ...SPLIT, lots: [lot('a', '1', '2')], revaluationUsd: '1.5' };
    const all = applySplit({ ...split, ratio: { to: 1, from: 10 } });
    expect(all.lots).toEqual([]);
    expect(all.entries).toEqual([
      { ledgerAccount: 'cash', amountUsd: '3' },
      { ledgerAccount: 'position:KO', amountUsd: '-2' },
      { ledgerAccount: 'realized-pnl', amountUsd: '-1' },
      { ledgerAccount: 'revaluation:KO', amountUsd: '-1.5' },
      { ledgerAccount: 'unrealized-pnl', amountUsd: '1.5' },
    ]);
    expect(
      applySplit({ ...split, lots: [lot('a', '15', '2')], ratio: { to: 1, from: 10 } }).entries,
    ).not.toContainEqual(expect.objectContaining({ ledgerAccount: 'revaluation:KO' }));
  });

  test('of no position changes nothing', () => {
    const nothing = { lots: [], cashInLieuUsd: '0', closed: [], entries: [] };
    expect(applySplit({ ...SPLIT, lots: [], ratio: { to: 2, from: 1 } })).toEqual(nothing);
  });

  test.each([
    [{ to: 0, from: 1 }, '30'],
    [{ to: 1, from: 0 }, '30'],
    [{ to: -2, from: 1 }, '30'],
    [{ to: 1.5, from: 1 }, '30'],
    [{ to: 2, from: Number.NaN }, '30'],
    [{ to: 2, from: 1 }, '-30'],
  ])('of %j at %s is refused', (ratio, cashInLieuPrice) => {
    expect(() => applySplit({ ...SPLIT, lots: [], ratio, cashInLieuPrice })).toThrow(/split/);
  });

  test('of any position leaves whole shares, and every cent of cost and cash is accounted for', () => {
    const ratio = fc.record({ to: fc.integer({ min: 1, max: 20 }), from: fc.integer({ min: 1, max: 20 }) });
    const units = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(units, fc.constantFrom(1, -1), ratio, (sizes, sign, { to, from }) => {
        const lots = sizes.map((size, index) =>
          lot(String(index), String(sign * size), String(sign * size * 37), '0.35'),
        );
        const after = applySplit({ ...SPLIT, lots, ratio: { to, from } });
        const whole = Math.floor((sizes.reduce((a, b) => a + b, 0) * to) / from);
        expect(dec(positionOf(after.lots)).toNumber()).toBe(whole === 0 ? 0 : sign * whole);
        const closedCost = sum(after.closed.map((part) => dec(part.costUsd)));
        expect(closedCost.plus(costOf(after.lots)).toFixed()).toBe(costOf(lots));
        const proceeds = sum(after.closed.map((part) => dec(part.proceedsUsd)));
        expect(proceeds.toFixed()).toBe(after.cashInLieuUsd);
        const commissions = sum([...after.lots, ...after.closed].map((one) => dec(one.commissionUsd)));
        expect(commissions.toFixed()).toBe(dec('0.35').times(lots.length).toFixed());
        assertBalanced(after.entries);
      }),
    );
  });
});

test('a split and a dividend come to the same units and cash however the position was bought: two books of it agree', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });
  const part = fc.integer({ min: 1, max: 12 });
  const cents = fc.integer({ min: 0, max: 90_000 }).map((amount) => dec(amount).dividedBy(100).toFixed());
  fc.assert(
    fc.property(sizes, fc.constantFrom(1, -1), part, part, cents, (units, sign, to, from, price) => {
      const bought = units.map((size, index) => lot(String(index), String(sign * size), String(sign * size * 7)));
      const whole = [lot('all', positionOf(bought), costOf(bought))];
      const [ours, theirs] = [bought, whole].map((lots) =>
        applySplit({ ...SPLIT, lots, ratio: { to, from }, cashInLieuPrice: price }),
      );
      expect(ours?.cashInLieuUsd).toBe(theirs?.cashInLieuUsd);
      expect(positionOf(ours?.lots ?? [])).toBe(positionOf(theirs?.lots ?? []));
      expect(cashDividend(bought, price).amountUsd).toBe(cashDividend(whole, price).amountUsd);
    }),
  );
});

test.each([
  [{ kind: 'split', exDate: '2005-02-28', ratio: { to: 2, from: 1 } }, 'split 2 for 1'],
  [{ kind: 'dividend', exDate: '2004-11-15', perShareUsd: '3.08' }, 'dividend of $3.08 a share'],
] as const)('%j is told as %s', (action, words) => {
  expect(describeAction(action)).toBe(words);
});

describe('a cash dividend', () => {
  test.each([
    ['is received on a long position', '150', '0.46', '69'],
    ['is paid on a short one', '-150', '0.46', '-69'],
    ['is rounded to cents half up', '3', '0.115', '0.35'],
    ['of nothing moves nothing', '150', '0', '0'],
  ])('%s', (_, quantity, perShare, amountUsd) => {
    const dividend = cashDividend([lot('a', quantity, '1')], perShare);
    expect(dividend.amountUsd).toBe(amountUsd);
    expect(dividend.entries).toEqual(
      amountUsd === '0'
        ? []
        : [
            { ledgerAccount: 'cash', amountUsd },
            { ledgerAccount: 'dividend', amountUsd: dec(amountUsd).negated().toFixed() },
          ],
    );
  });

  test('counts all lots', () => {
    expect(cashDividend([lot('a', '10', '1'), lot('b', '5', '1')], '1').amountUsd).toBe('15');
  });

  test('is never negative', () => {
    expect(() => cashDividend([lot('a', '1', '1')], '-0.01')).toThrow(/dividend/);
  });
});
