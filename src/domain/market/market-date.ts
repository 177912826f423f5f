/** A trading day as `YYYY-MM-DD`, without time or zone. */
export type MarketDate = string;

const PATTERN = /^\d{4}-\d{2}-\d{2}$/;

/** Whether the text is a real calendar day in ISO form. */
export function isMarketDate(text: string): boolean {
  if (!PATTERN.test(text)) return false;
  const millis = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(millis) && toIsoDay(millis) === text;
}

/** The day `days` calendar days after `date` (before it when negative). */
export function addDays(date: MarketDate, days: number): MarketDate {
  return toIsoDay(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000);
}

function toIsoDay(millis: number): MarketDate {
  return new Date(millis).toISOString().slice(0, 10);
}
