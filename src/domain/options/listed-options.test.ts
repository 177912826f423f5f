import { expect, test } from '@jest/globals';
import type { Option } from '../orders/instrument.ts';
import { expirationsOn, isOptionListed } from './listed-options.ts';

const TODAY = '2020-12-31';
const OPTION: Option = {
  kind: 'option',
  symbol: 'KO',
  expiration: '2021-01-15',
  strike: '55',
  right: 'CALL',
  multiplier: '100',
};

test('every listed expiration is a Friday: weekly for eight weeks, then monthly for two years', () => {
  const listed = expirationsOn(TODAY);
  expect(listed.slice(0, 3)).toEqual(['2021-01-01', '2021-01-08', '2021-01-15']);
  expect(listed.filter((day) => day > '2021-02-25').slice(0, 2)).toEqual(['2021-03-19', '2021-04-16']);
  expect(listed.at(-1)).toBe('2022-12-16');
  expect(listed.every((expiration) => isOptionListed({ ...OPTION, expiration }, TODAY))).toBe(true);
});

test.each<[string, Partial<Option>]>([
  ['an expiration that is past', { expiration: '2020-12-25' }],
  ['an expiration that is no Friday', { expiration: '2021-01-14' }],
  ['no day at all', { expiration: '2021-13-40' }],
  ['a strike between the half dollars', { strike: '55.25' }],
  ['a strike that is no number', { strike: 'NaN' }],
  ['a strike of nothing', { strike: '0' }],
  ['another multiplier', { multiplier: '10' }],
])('%s is not listed', (_what, change) => {
  expect(isOptionListed({ ...OPTION, ...change }, TODAY)).toBe(false);
});
