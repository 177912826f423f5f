import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCron } from '../../domain/schedules/cron.ts';
import { cronsOf, cronWords, wordsOf } from './schedule-spec.ts';

const field = (min: number, max: number, names: readonly string[] = []) => {
  const value = fc.oneof(
    fc.integer({ min, max }).map(String),
    ...(names.length > 0 ? [fc.constantFrom(...names)] : []),
  );
  const part = fc.oneof(
    fc.constant('*'),
    value,
    fc.tuple(value, value).map(([from, to]) => `${from}-${to}`),
    fc.integer({ min: 1, max: 59 }).map((step) => `*/${step}`),
  );
  return fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(','));
};

test('every expression that is taken can be told in words', () => {
  const cron = fc
    .tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12, ['jan', 'DEC']), field(0, 7, ['sun', 'FRI']))
    .map((fields) => fields.join(' '));
  let taken = 0;
  fc.assert(
    fc.property(cron, (expression) => {
      if (!parseCron(expression).ok) return;
      taken += 1;
      expect(cronWords(expression)).toMatch(/\w/);
      expect(cronWords(expression)).not.toContain('undefined');
    }),
    { numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(50);
});

test('what Temporal cannot say as a cron expression is told as such, not left out', () => {
  const every = (start: number, end: number) => [{ start, end, step: 1 }];
  const calendar = {
    second: [{ start: 0 }],
    minute: [{ start: 30 }],
    hour: every(0, 23),
    dayOfMonth: every(1, 31),
    month: every(1, 12),
    dayOfWeek: [{ start: 1, end: 5, step: 2 }],
  };
  expect(cronsOf({ structuredCalendar: [calendar] })).toEqual(['30 * * * 1-5/2']);
  const inOneYear = { ...calendar, year: [{ start: 2027 }] };
  const atSeconds = { ...calendar, second: [{ start: 15 }] };
  expect(cronsOf({ structuredCalendar: [inOneYear, atSeconds] })).toEqual([]);
  expect(wordsOf({ structuredCalendar: [inOneYear, atSeconds] })).toBe('2 calendars that only Temporal can tell');
  expect(wordsOf({})).toBe('never by itself');
});
