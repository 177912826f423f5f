/** `20261121 10:00:01 US/Eastern`, also with a dash between day and time (then UTC) or without a zone. */
const PATTERN = /^(\d{4})(\d{2})(\d{2})([ -]+)(\d{2}):(\d{2}):(\d{2})(?: +(\S.*))?$/;

/**
 * The instant of a time as TWS writes it; null where the text or its zone cannot be understood. A time without a zone is
 * read in `zoneOfGateway`, except in TWS's UTC form `yyyymmdd-hh:mm:ss`.
 */
export function parseIbTime(text: string, zoneOfGateway: string): Date | null {
  const match = PATTERN.exec(text.trim());
  if (!match) return null;
  const [, year, month, day, separator, hour, minute, second, zone] = match;
  const wallMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  if (Number.isNaN(wallMs)) return null;
  const named = zone?.trim() ?? (separator?.includes('-') ? 'UTC' : zoneOfGateway);
  return wallTimeToInstant(wallMs, named);
}

/** The wall time of `zone`, counted as if it were UTC, as an instant. The offset is looked up twice: it may change in between. */
function wallTimeToInstant(wallMs: number, zone: string): Date | null {
  const guess = offsetMs(wallMs, zone);
  if (guess === null) return null;
  const offset = offsetMs(wallMs - guess, zone) ?? guess;
  return new Date(wallMs - offset);
}

function offsetMs(instantMs: number, zone: string): number | null {
  const format = formatOf(zone);
  if (!format) return null;
  const parts = new Map(format.formatToParts(instantMs).map((part) => [part.type, Number(part.value)]));
  const at = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const wallMs = Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second'));
  return wallMs - Math.floor(instantMs / 1_000) * 1_000;
}

/** Making a formatter costs far more than using it, and an account has few zones. */
const formats = new Map<string, Intl.DateTimeFormat | null>();

function formatOf(zone: string): Intl.DateTimeFormat | null {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = makeFormat(zone);
  if (formats.size < 100) formats.set(zone, format);
  return format;
}

function makeFormat(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    // An unknown zone: the caller decides what a time without meaning is worth.
    return null;
  }
}
