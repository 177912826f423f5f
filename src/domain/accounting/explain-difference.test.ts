import { expect, test } from '@jest/globals';
import type { Difference } from '../orders/compare-books.ts';
import { explainDifference, type HeldAction } from './explain-difference.ts';

const SPLIT: HeldAction = {
  ...{ symbol: 'AAPL', quantity: '101' },
  action: { kind: 'split', exDate: '2005-02-28', ratio: { to: 3, from: 2 } },
};
const DIVIDEND: HeldAction = {
  ...{ symbol: 'MSFT', quantity: '50' },
  action: { kind: 'dividend', exDate: '2004-11-15', perShareUsd: '3.08' },
};
const position = (what: string, ours: string, theirs: string): Difference => ({ kind: 'position', what, ours, theirs });
const cash = (ours: string, theirs: string): Difference => ({ kind: 'cash', what: 'cash', ours, theirs });

test.each([
  [
    'a split, with its fraction paid out',
    position('AAPL', '101', '151'),
    /^split 3 for 2 of AAPL, ex 2005-02-28, accounts/,
  ],
  ['a dividend', cash('1000', '1154'), /^dividend of \$3\.08 a share of MSFT, ex 2004-11-15, accounts/],
  ['a dividend that the broker rounded', cash('1000', '1153.99'), /^dividend/],
])('%s accounts for a difference with the broker', (_case, difference, words) => {
  expect(explainDifference(difference, [SPLIT, DIVIDEND])).toMatch(words);
});

test.each([
  ['another number of shares', position('AAPL', '101', '152')],
  ['another share', position('IBM', '101', '151')],
  ['another amount', cash('1000', '1153')],
  ['cash that is missing', cash('1154', '1000')],
  ['an order', { kind: 'order_only_here', what: 'AAPL', ours: 'working', theirs: 'not working' } as const],
])('nothing accounts for %s', (_case, difference) => {
  expect(explainDifference(difference, [SPLIT, DIVIDEND])).toBeNull();
});
