import { expect, test } from '@jest/globals';
import { type ComparableBooks, compareBooks, describeDifference, lastingDifferences } from './compare-books.ts';

function books(change: Partial<ComparableBooks> = {}): ComparableBooks {
  return { positions: new Map([['KO', '10']]), cashUsd: '99.999', openOrderRefs: new Set(['t/1']), ...change };
}

const inWords = (ours: Partial<ComparableBooks>, theirs: Partial<ComparableBooks>) =>
  compareBooks(books(ours), books(theirs)).map(describeDifference);

test('equal books have no difference, whatever notation and fractions of a cent', () => {
  expect(inWords({}, { positions: new Map([['KO', '10.0']]), cashUsd: '100.00' })).toEqual([]);
});

test('every difference is told with both sides', () => {
  const theirs = {
    positions: new Map([
      ['KO', '12'],
      ['PEP', '-5'],
    ]),
    cashUsd: '100.02',
    openOrderRefs: new Set(['t/2']),
  };
  expect(inWords({}, theirs)).toEqual([
    'position KO: 10 here, 12 at the broker',
    'position PEP: 0 here, -5 at the broker',
    'cash, US dollars: 99.999 here, 100.02 at the broker',
    'order t/1: working here, not working at the broker',
    'order t/2: over here, working at the broker',
  ]);
});

test('a position that only we hold is a difference', () => {
  expect(inWords({}, { positions: new Map() })).toEqual(['position KO: 10 here, 0 at the broker']);
});

test('a difference lasts where two comparisons find it by the same amount, also while the account trades', () => {
  const cash = (ours: string, theirs: string) => compareBooks(books({ cashUsd: ours }), books({ cashUsd: theirs }));
  expect(lastingDifferences(cash('100', '150'), cash('80', '130'))).toHaveLength(1);
  expect(lastingDifferences(cash('100', '150'), cash('80', '100'))).toEqual([]);
  expect(lastingDifferences([], cash('80', '130'))).toEqual([]);
  const missing = compareBooks(books(), books({ openOrderRefs: new Set() }));
  expect(lastingDifferences(missing, missing)).toEqual(missing);
});
