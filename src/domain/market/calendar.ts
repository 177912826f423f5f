import { earlyClosesOf, FIRST_YEAR, holidaysOf, LAST_YEAR, weekdayOf } from './calendar-holidays.ts';
import { isMarketDate, type MarketDate } from './market-date.ts';

/** The regular session of a trading day, wall-clock times in New York. */
export interface MarketSession {
  readonly open: '09:30';
  readonly close: '16:00' | '14:00' | '13:00';
}

/** The session of a day at the New York Stock Exchange, null where it stays closed. Throws outside 1990 to 2030. */
export function sessionOf(day: MarketDate): MarketSession | null {
  if (!isMarketDate(day)) throw new Error(`not a day: ${day}`);
  const year = Number(day.slice(0, 4));
  if (year < FIRST_YEAR || year > LAST_YEAR) {
    throw new Error(`the market calendar knows ${FIRST_YEAR} to ${LAST_YEAR}, not ${day}`);
  }
  const weekday = weekdayOf(day);
  if (weekday === 0 || weekday === 6 || holidaysOf(year).has(day)) return null;
  return { open: '09:30', close: earlyClosesOf(year).get(day) ?? '16:00' };
}

const NEW_YORK = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
});

/** Whether the regular session is running at this moment; it is open at its first minute and closed at its last. */
export function isMarketOpen(epochMs: number): boolean {
  const { day, time } = newYorkTime(epochMs);
  const session = sessionOf(day);
  return session !== null && time >= session.open && time < session.close;
}

/** The day and the time (`HH:MM`) in New York at a moment, whatever zone this process runs in. */
export function newYorkTime(epochMs: number): { readonly day: MarketDate; readonly time: string } {
  const parts = new Map(NEW_YORK.formatToParts(epochMs).map(({ type, value }) => [type, value]));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return { day: `${of('year')}-${of('month')}-${of('day')}`, time: `${of('hour')}:${of('minute')}` };
}
