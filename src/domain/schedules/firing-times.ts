import type { CronFields } from './cron.ts';

const DAY_MS = 86_400_000;
/** 29 February on a given weekday comes every 28 years, and once after 40 around a century without its leap day. */
const HORIZON_DAYS = 41 * 366;

/**
 * The next moments at which a schedule fires after `after`, in milliseconds since 1970, at most `count`; none where it
 * does not fire for 40 years. As Temporal does it: a time that a change of the clocks leaves out does not fire on that
 * day, and one that comes twice fires twice. (Temporal's own mistake in the night in which zones east of Greenwich put
 * their clocks back, where it repeats the hour before, is not imitated.)
 */
export function nextFirings(fields: CronFields, timeZone: string, after: number, count: number): readonly number[] {
  const zone = zoneClock(timeZone);
  const found: number[] = [];
  // The day before, since the zone may be behind Greenwich.
  const firstDay = Math.floor(after / DAY_MS) * DAY_MS - DAY_MS;
  for (let day = 0; day < HORIZON_DAYS && found.length < count; day += 1) {
    const midnight = firstDay + day * DAY_MS;
    if (!isFiringDay(fields, new Date(midnight))) continue;
    for (const moment of firingsOfDay(fields, zone, midnight)) {
      if (moment > after && found.length < count) found.push(moment);
    }
  }
  return found;
}

/** The wall-clock time of a moment in a zone as `YYYY-MM-DD HH:MM` with the zone's short name, such as EST. */
export function localTime(timeZone: string, moment: number): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    timeZoneName: 'short',
  }).formatToParts(moment);
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? '';
  const wall = new Date(zoneClock(timeZone)(moment)).toISOString();
  return `${of('weekday')} ${wall.slice(0, 10)} ${wall.slice(11, 16)} ${of('timeZoneName')}`;
}

/** Whether programs of every language know this name: an IANA zone in its own spelling, or a sentence why not. */
export function timeZoneProblem(timeZone: string): string | null {
  const unknown = `"${timeZone.slice(0, 60)}" is not an IANA time zone, such as America/New_York or UTC`;
  if (!/^[A-Za-z][A-Za-z0-9]*([/_+-][A-Za-z0-9]+)*$/.test(timeZone)) return unknown;
  let spelled: string;
  try {
    spelled = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return unknown;
  }
  // Temporal looks zones up by their file's name, which has capitals.
  const isMisspelled = spelled !== timeZone && spelled.toLowerCase() === timeZone.toLowerCase();
  return isMisspelled ? `"${timeZone}" must be spelled ${spelled}` : null;
}

function isFiringDay({ daysOfMonth, months, daysOfWeek }: CronFields, day: Date): boolean {
  return (
    months.includes(day.getUTCMonth() + 1) &&
    daysOfMonth.includes(day.getUTCDate()) &&
    daysOfWeek.includes(day.getUTCDay())
  );
}

function firingsOfDay({ hours, minutes }: CronFields, zone: ZoneClock, midnight: number): readonly number[] {
  const moments = hours.flatMap((hour) =>
    minutes.flatMap((minute) => momentsOf(zone, midnight + (hour * 60 + minute) * 60_000)),
  );
  return moments.sort((a, b) => a - b);
}

/** Turns a moment into the wall-clock time of a zone, written as if it were Greenwich's. */
type ZoneClock = (moment: number) => number;

/** When the clocks of the zone show this time: twice where they are put back, never where they leave it out. */
function momentsOf(zone: ZoneClock, wall: number): readonly number[] {
  const before = wall - DAY_MS;
  const after = wall + DAY_MS;
  const offsets = [zone(before) - before, zone(after) - after];
  const moments = offsets.map((offset) => wall - offset).filter((moment) => zone(moment) === wall);
  return [...new Set(moments)];
}

function zoneClock(timeZone: string): ZoneClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (moment) => {
    const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  };
}
