import { expect, test } from '@jest/globals';
import { historyRange } from './daily-bars.ts';

const now = new Date('2026-11-21T12:00:00Z');

test('history up to a day in the past ends there; up to today it ends now', () => {
  expect(historyRange('2026-10-01', '2026-10-31', now)).toEqual({
    ...{ end: '20261031 23:59:59 US/Eastern', duration: '31 D' },
  });
  expect(historyRange('2026-11-16', '2026-11-21', now)).toEqual({ end: '', duration: '7 D' });
});

test('more than a year is asked for in whole years', () => {
  expect(historyRange('2024-01-01', '2026-10-31', now).duration).toBe('3 Y');
  expect(historyRange('2025-11-01', '2026-10-31', now).duration).toBe('365 D');
});
