const ZONE = 'US/Eastern';
const PARTS = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'America/New_York',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

function partsOf(at: Date): Record<string, string> {
  return Object.fromEntries(PARTS.formatToParts(at).map(({ type, value }) => [type, value]));
}

/** The trading day in New York, as TWS writes days: `yyyymmdd`. */
export function dayText(at: Date): string {
  const { year, month, day } = partsOf(at);
  return `${year}${month}${day}`;
}

/** `yyyymmdd hh:mm:ss US/Eastern`: the time of an execution. */
export function timeText(at: Date): string {
  const { hour, minute, second } = partsOf(at);
  return `${dayText(at)} ${hour}:${minute}:${second} ${ZONE}`;
}

/** `hh:mm`: when account values were last counted. */
export function clockText(at: Date): string {
  const { hour, minute } = partsOf(at);
  return `${hour}:${minute}`;
}
