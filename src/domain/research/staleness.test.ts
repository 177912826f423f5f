import { expect, test } from '@jest/globals';
import { isStale } from './staleness.ts';

const now = new Date('2026-03-31T12:00:00Z');

test.each([
  [null, 30, true],
  ['2026-03-01T12:00:00.000Z', 30, true],
  ['2026-03-01T12:00:00.001Z', 30, false],
  ['2026-03-31T00:00:00Z', 0.5, true],
  ['2026-04-02T00:00:00Z', 1, false],
])('a last submission at %s with a cadence of %d days is stale: %s', (last, days, stale) => {
  expect(isStale(last === null ? null : new Date(last), now, days)).toBe(stale);
});
