import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { isMarketOpen, newYorkTime, sessionOf } from './calendar.ts';
import { addDays } from './market-date.ts';

function days(from: string, to: string): readonly string[] {
  const all: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) all.push(day);
  return all;
}

function isWeekday(day: string): boolean {
  return ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
}

test('the calendar agrees with every day of the bundled index history, 1990 to 2022', () => {
  const file = new URL('../../../data/sp500-index-1990-2022.csv.gz', import.meta.url);
  const [, ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  const traded = new Set(lines.map((line) => line.slice(0, 10)));
  expect(traded.size).toBe(8313);
  const differing = days('1990-01-01', '2022-12-28').filter((day) => traded.has(day) !== (sessionOf(day) !== null));
  expect(differing).toEqual([]);
});

test('the holidays from 2023 on are the exchange’s', () => {
  const closed = days('2023-01-01', '2030-12-31').filter((day) => isWeekday(day) && sessionOf(day) === null);
  expect(closed).toEqual(
    [
      '2023-01-02 2023-01-16 2023-02-20 2023-04-07 2023-05-29 2023-06-19 2023-07-04 2023-09-04 2023-11-23 2023-12-25',
      '2024-01-01 2024-01-15 2024-02-19 2024-03-29 2024-05-27 2024-06-19 2024-07-04 2024-09-02 2024-11-28 2024-12-25',
      '2025-01-01 2025-01-09 2025-01-20 2025-02-17 2025-04-18 2025-05-26 2025-06-19 2025-07-04 2025-09-01 2025-11-27 2025-12-25',
      '2026-01-01 2026-01-19 2026-02-16 2026-04-03 2026-05-25 2026-06-19 2026-07-03 2026-09-07 2026-11-26 2026-12-25',
      '2027-01-01 2027-01-18 2027-02-15 2027-03-26 2027-05-31 2027-06-18 2027-07-05 2027-09-06 2027-11-25 2027-12-24',
      '2028-01-17 2028-02-21 2028-04-14 2028-05-29 2028-06-19 2028-07-04 2028-09-04 2028-11-23 2028-12-25',
      '2029-01-01 2029-01-15 2029-02-19 2029-03-30 2029-05-28 2029-06-19 2029-07-04 2029-09-03 2029-11-22 2029-12-25',
      '2030-01-01 2030-01-21 2030-02-18 2030-04-19 2030-05-27 2030-06-19 2030-07-04 2030-09-02 2030-11-28 2030-12-25',
    ].flatMap((year) => year.split(' ')),
  );
});

test('the days that end early are the exchange’s', () => {
  const early = days('1990-01-01', '2030-12-31').flatMap((day) => {
    const close = sessionOf(day)?.close ?? '16:00';
    return close === '16:00' ? [] : [close === '13:00' ? day : `${day} ${close}`];
  });
  expect(early).toEqual(
    `1990-12-24 14:00,1991-12-24 14:00,1992-11-27 14:00,1992-12-24 14:00,1993-11-26,1994-11-25
    1995-07-03,1995-11-24,1996-07-05,1996-11-29,1996-12-24,1997-07-03,1997-11-28,1997-12-24,1997-12-26
    1998-11-27,1998-12-24,1999-11-26,1999-12-31,2000-07-03,2000-11-24,2001-07-03,2001-11-23,2001-12-24
    2002-07-05,2002-11-29,2002-12-24,2003-07-03,2003-11-28,2003-12-24,2003-12-26,2004-11-26,2005-11-25
    2006-07-03,2006-11-24,2007-07-03,2007-11-23,2007-12-24,2008-07-03,2008-11-28,2008-12-24,2009-11-27
    2009-12-24,2010-11-26,2011-11-25,2012-07-03,2012-11-23,2012-12-24,2013-07-03,2013-11-29,2013-12-24
    2014-07-03,2014-11-28,2014-12-24,2015-11-27,2015-12-24,2016-11-25,2017-07-03,2017-11-24,2018-07-03
    2018-11-23,2018-12-24,2019-07-03,2019-11-29,2019-12-24,2020-11-27,2020-12-24,2021-11-26,2022-11-25
    2023-07-03,2023-11-24,2024-07-03,2024-11-29,2024-12-24,2025-07-03,2025-11-28,2025-12-24,2026-11-27
    2026-12-24,2027-11-26,2028-07-03,2028-11-24,2029-07-03,2029-11-23,2029-12-24,2030-07-03,2030-11-29
    2030-12-24`
      .split(/[,\n]/)
      .map((day) => day.trim()),
  );
});

test.each(['1989-12-29', '2031-01-02', '2026-02-30', 'today', ''])('%j has no session that could be told', (day) => {
  expect(() => sessionOf(day)).toThrow(/calendar|not a day/);
});

describe('isMarketOpen', () => {
  test.each([
    ['2026-11-20T14:29:59.999Z', false],
    ['2026-11-20T14:30:00Z', true],
    ['2026-11-20T20:59:59.999Z', true],
    ['2026-11-20T21:00:00Z', false],
    // Summer time: the same wall clock is an hour earlier in UTC.
    ['2026-07-20T13:30:00Z', true],
    ['2026-07-20T20:00:00Z', false],
    // The Monday after the clocks changed in New York but not yet in Europe.
    ['2026-03-09T13:30:00Z', true],
    ['2026-03-06T13:30:00Z', false],
    ['2026-11-27T17:59:59Z', true],
    ['2026-11-27T18:00:00Z', false],
    ['2026-11-21T15:00:00Z', false],
    ['2026-11-26T15:00:00Z', false],
    // Midnight in New York is 00:00, not 24:00.
    ['2026-11-20T05:00:00Z', false],
  ])('at %s: %s', (moment, expected) => {
    expect(isMarketOpen(Date.parse(moment))).toBe(expected);
  });

  test('the day is New York’s, not that of Greenwich', () => {
    expect(newYorkTime(Date.parse('2026-11-21T04:59:00Z'))).toEqual({ day: '2026-11-20', time: '23:59' });
    expect(newYorkTime(Date.parse('2026-11-21T05:00:00Z'))).toEqual({ day: '2026-11-21', time: '00:00' });
  });
});
