import { expect, test } from '@jest/globals';
import { addDays, isMarketDate } from './market-date.ts';

test.each([
  ['2024-02-29', true],
  ['2023-02-29', false],
  ['2023-13-01', false],
  ['2023-1-1', false],
  ['2023-01-01T00:00:00Z', false],
  ['', false],
])('%j is a market date: %s', (text, valid) => {
  expect(isMarketDate(text)).toBe(valid);
});

test('days are added over month ends and backwards', () => {
  expect(addDays('2024-02-28', 2)).toBe('2024-03-01');
  expect(addDays('2023-01-01', -1)).toBe('2022-12-31');
});
