import { addDays, type MarketDate } from './market-date.ts';

const MONDAY = 1;
const THURSDAY = 4;
const SATURDAY = 6;
const SUNDAY = 0;

/** The first and last year that the rules and tables here were compared with. */
export const FIRST_YEAR = 1990;
export const LAST_YEAR = 2030;

/** Days of mourning, the attacks of 2001 and hurricane Sandy. */
const SPECIAL_CLOSURES: readonly MarketDate[] = [
  '1994-04-27',
  '2001-09-11',
  '2001-09-12',
  '2001-09-13',
  '2001-09-14',
  '2004-06-11',
  '2007-01-02',
  '2012-10-29',
  '2012-10-30',
  '2018-12-05',
  '2025-01-09',
];

/** Announced for one year only. */
const SPECIAL_EARLY_CLOSES: readonly MarketDate[] = ['1997-12-26', '1999-12-31', '2003-12-26'];

/** 0 is Sunday. */
export function weekdayOf(day: MarketDate): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

/** The weekdays of a year on which the New York Stock Exchange stays closed: NYSE Rule 7.2 and its special closures. */
export function holidaysOf(year: number): ReadonlySet<MarketDate> {
  const holidays = [
    ...newYearsDay(year),
    nthWeekday(year, 2, MONDAY, 3),
    addDays(easterSunday(year), -2),
    lastMondayOfMay(year),
    observed(`${year}-07-04`),
    nthWeekday(year, 9, MONDAY, 1),
    thanksgiving(year),
    observed(`${year}-12-25`),
    ...SPECIAL_CLOSURES.filter((day) => day.startsWith(`${year}-`)),
  ];
  // Martin Luther King's day since 1998, Juneteenth since 2022.
  if (year >= 1998) holidays.push(nthWeekday(year, 1, MONDAY, 3));
  if (year >= 2022) holidays.push(observed(`${year}-06-19`));
  return new Set(holidays);
}

/**
 * The trading days of a year that end early, with the hour in New York: at two until 1992, at one since then. Breakdowns,
 * snow and trading halts that ended a day early are not in it: nobody knew of them when the day began.
 */
export function earlyClosesOf(year: number): ReadonlyMap<MarketDate, '13:00' | '14:00'> {
  const days = SPECIAL_EARLY_CLOSES.filter((day) => day.startsWith(`${year}-`));
  if (year >= 1992) days.push(addDays(thanksgiving(year), 1));
  const christmasEve = `${year}-12-24`;
  if (isBetween(weekdayOf(christmasEve), MONDAY, THURSDAY)) days.push(christmasEve);
  if (year >= 1995) days.push(...aroundIndependenceDay(year));
  return new Map(days.map((day) => [day, year < 1993 ? '14:00' : '13:00']));
}

/** The 3rd of July, but before 2013 not a Wednesday: until then it was the Friday after the holiday that ended early. */
function aroundIndependenceDay(year: number): readonly MarketDate[] {
  const third = `${year}-07-03`;
  const weekday = weekdayOf(third);
  if (!isBetween(weekday, MONDAY, THURSDAY)) return [];
  const isWednesdayBefore2013 = weekday === THURSDAY - 1 && year < 2013;
  if (!isWednesdayBefore2013) return [third];
  return [`${year}-07-05`];
}

/** A Saturday's is not made up for: the Friday before ends the year's accounts. */
function newYearsDay(year: number): readonly MarketDate[] {
  const day = `${year}-01-01`;
  return weekdayOf(day) === SATURDAY ? [] : [observed(day)];
}

/** A holiday on a Saturday is kept on Friday, one on a Sunday on Monday. */
function observed(day: MarketDate): MarketDate {
  const weekday = weekdayOf(day);
  if (weekday === SATURDAY) return addDays(day, -1);
  return weekday === SUNDAY ? addDays(day, 1) : day;
}

function thanksgiving(year: number): MarketDate {
  return nthWeekday(year, 11, THURSDAY, 4);
}

function lastMondayOfMay(year: number): MarketDate {
  return addDays(nthWeekday(year, 6, MONDAY, 1), -7);
}

function nthWeekday(year: number, month: number, weekday: number, n: number): MarketDate {
  const first = `${year}-${String(month).padStart(2, '0')}-01`;
  return addDays(first, ((weekday - weekdayOf(first) + 7) % 7) + (n - 1) * 7);
}

function isBetween(weekday: number, first: number, last: number): boolean {
  return weekday >= first && weekday <= last;
}

/** Western Easter by the anonymous Gregorian algorithm (Astronomical Algorithms, Meeus, chapter 8). */
function easterSunday(year: number): MarketDate {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const g = Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const days = h + l - 7 * m + 21;
  return addDays(`${year}-03-01`, days);
}
