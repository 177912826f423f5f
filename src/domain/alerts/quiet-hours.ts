/** Hours of each day in which a channel is left alone, by the clocks of a time zone. `from` may be later than `to`: overnight. */
export interface QuietHours {
  /** `HH:MM`; the first quiet minute. */
  readonly from: string;
  /** `HH:MM`; the first minute that is not quiet any more. */
  readonly to: string;
  /** An IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string;
}

const DAY_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;

/**
 * Milliseconds until the quiet hours end; 0 outside of them. Where clocks change in between it is off by that hour, so
 * that whoever waits must ask again.
 */
export function quietForMs(quiet: QuietHours | null, now: Date): number {
  if (quiet === null) return 0;
  const [from, to] = [minuteOf(quiet.from), minuteOf(quiet.to)];
  const minute = minuteOf(localTime(now, quiet.timeZone));
  const isQuiet = from <= to ? minute >= from && minute < to : minute >= from || minute < to;
  if (!isQuiet) return 0;
  const left = (to - minute + DAY_MINUTES) % DAY_MINUTES;
  return left * MINUTE_MS - (now.getTime() % MINUTE_MS);
}

function minuteOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

function localTime(now: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    now,
  );
}
