import { describe, expect, test } from '@jest/globals';
import { Cron } from 'croner';
import fc from 'fast-check';
import { cronText, parseCron, shortestGap } from './cron.ts';
import { localTime, nextFirings, timeZoneProblem } from './firing-times.ts';

function fieldsOf(cron: string) {
  const parsed = parseCron(cron);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.fields;
}

function firings(cron: string, timeZone: string, after: string, count: number): readonly string[] {
  return nextFirings(fieldsOf(cron), timeZone, Date.parse(after), count).map((one) => new Date(one).toISOString());
}

describe('a cron expression that cannot be used is refused with a readable sentence', () => {
  test.each([
    ['0 0 6 * * 1', /five fields .* not 6; seconds and years are not taken/],
    ['0 0 6 * * 1 2027', /not 7/],
    ['6 * *', /five fields .* not 3$/],
    ['', /this one is empty/],
    ['@daily', /"@daily" is a short form/],
    ['CRON_TZ=UTC 0 6 * * 1', /short form/],
    ['0 0 30 2 *', /"0 0 30 2 \*" never fires: February has no day 30/],
    ['0 0 31 4,6 *', /never fires: neither April nor June has a day 31/],
    ['60 0 * * *', /minute "60" is not \*, a value from 0 to 59/],
    ['0 24 * * *', /hour "24" is not/],
    ['0 0 0 * *', /day of the month "0" is not/],
    ['0 0 * 13 *', /month "13" is not .* a name such as FEB/],
    ['0 0 * * 8', /day of the week "8" is not .* a name such as MON/],
    ['0 0 * * FRI-MON', /ends before it begins/],
    ['5/10 * * * *', /write 5-59\/10/],
    ['*/0 * * * *', /step .* is not from 1 to 59/],
    ['*/60 * * * *', /step .* is not from 1 to 59/],
    ['0 0 L * *', /day of the month "L" is not/],
    ['0 0 * * 5#2', /day of the week "5#2" is not/],
    ['0 0 ? * *', /day of the month "\?" is not/],
    ['1,,2 * * * *', /minute "" is not/],
    ["0 0 * * '; drop table x", /not 8/],
    [`${'9'.repeat(150)} * * * *`, /minute "9{60}" is not/],
  ])('%s', (cron, problem) => {
    const parsed = parseCron(cron);
    expect(parsed.ok ? 'accepted' : parsed.problem).toMatch(problem);
  });
});

test('names, ranges, lists and steps mean what they mean in every cron; 7 is Sunday', () => {
  expect(fieldsOf('*/20 9-16/3 1,15 jan-MAR,dec mon-fri,7')).toEqual({
    minutes: [0, 20, 40],
    hours: [9, 12, 15],
    daysOfMonth: [1, 15],
    months: [1, 2, 3, 12],
    daysOfWeek: [0, 1, 2, 3, 4, 5],
  });
});

test.each([
  ['*/5 0-23 1-31 jan-dec sun-sat', '*/5 * * * *'],
  ['*,5 6 * * mon,tue,wed-fri', '* 6 * * 1-5'],
  ['0 9-16/3 1,2 * 7,0', '0 9,12,15 1,2 * 0'],
  ['30 1-23/2 * * *', '30 1,3,5,7,9,11,13,15,17,19,21,23 * * *'],
])('%s is told as %s, which means the same', (given, text) => {
  expect(cronText(fieldsOf(given))).toBe(text);
  expect(fieldsOf(text)).toEqual(fieldsOf(given));
});

describe('the shortest time between two firings', () => {
  test.each([
    ['*/5 * * * *', { minutes: 5, from: '00:00', to: '00:05' }],
    ['0,58 0,23 * * *', { minutes: 2, from: '23:58', to: '00:00' }],
    ['0 9,17 * * *', { minutes: 480, from: '09:00', to: '17:00' }],
    ['0 6 * * *', null],
  ])('%s', (cron, gap) => {
    expect(shortestGap(fieldsOf(cron))).toEqual(gap);
  });
});

describe('the next firings', () => {
  test('follow the wall clock of the zone over both changes of the clocks', () => {
    expect(firings('0 6 * * *', 'America/New_York', '2027-03-12T20:00:00Z', 3)).toEqual([
      '2027-03-13T11:00:00.000Z',
      '2027-03-14T10:00:00.000Z',
      '2027-03-15T10:00:00.000Z',
    ]);
  });

  test('leave out a time that the clocks skip, and take one that comes twice at both', () => {
    expect(firings('30 2 * * *', 'America/New_York', '2027-03-13T20:00:00Z', 2)).toEqual([
      '2027-03-15T06:30:00.000Z',
      '2027-03-16T06:30:00.000Z',
    ]);
    expect(firings('30 1 * * *', 'America/New_York', '2027-11-06T20:00:00Z', 3)).toEqual([
      '2027-11-07T05:30:00.000Z',
      '2027-11-07T06:30:00.000Z',
      '2027-11-08T06:30:00.000Z',
    ]);
  });

  test('take a day only where both day fields fit, as Temporal does', () => {
    expect(firings('0 0 13 * 5', 'UTC', '2026-01-01T00:00:00Z', 3)).toEqual([
      '2026-02-13T00:00:00.000Z',
      '2026-03-13T00:00:00.000Z',
      '2026-11-13T00:00:00.000Z',
    ]);
    expect(firings('0 0 29 2 1', 'UTC', '2026-01-01T00:00:00Z', 1)).toEqual(['2044-02-29T00:00:00.000Z']);
  });

  test('are those of another calendar of cron expressions, for any expression and moment', () => {
    const field = (min: number, max: number) =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min, max }).map(String),
        fc.integer({ min: 1, max: max - min }).map((step) => `*/${step}`),
        fc
          .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
          .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      );
    const cron = fc
      .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
      .map((fields) => fields.join(' '));
    const moment = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2060, 0, 1) });
    fc.assert(
      fc.property(cron, moment, (expression, after) => {
        const theirs = new Cron(expression, { mode: '5-part', timezone: 'UTC', domAndDow: true, paused: true });
        const ours = nextFirings(fieldsOf(expression), 'UTC', after, 3);
        expect(ours).toEqual(theirs.nextRuns(3, new Date(after)).map((one) => one.getTime()));
      }),
      { numRuns: 150 },
    );
  });
});

test('a moment is told on the clocks of its zone', () => {
  expect(localTime('America/New_York', Date.parse('2026-11-23T11:00:00Z'))).toBe('Mon 2026-11-23 06:00 EST');
  expect(localTime('UTC', Date.parse('2026-11-23T00:00:00Z'))).toBe('Mon 2026-11-23 00:00 UTC');
});

describe('a time zone', () => {
  test.each(['America/New_York', 'UTC', 'Europe/Zurich', 'US/Eastern', 'Etc/GMT+5', 'America/Port-au-Prince'])(
    '%s is taken',
    (zone) => expect(timeZoneProblem(zone)).toBeNull(),
  );
  test.each([
    ['Mars/Olympus', /not an IANA time zone/],
    ['+02:00', /not an IANA time zone/],
    ['america/new_york', /must be spelled America\/New_York/],
    ['../../etc/passwd', /not an IANA time zone/],
    ['', /not an IANA time zone/],
  ])('%s is refused', (zone, problem) => expect(timeZoneProblem(zone)).toMatch(problem));
});
