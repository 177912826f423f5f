import type { MarketDate } from '../../domain/market/market-date.ts';
import { YahooHttpError } from './yahoo-http.ts';

export const NEW_YORK = 'America/New_York';

/** The calendar day at the exchange at an instant; a session is named by it. */
export function exchangeDay(at: Date, timeZone: string): MarketDate {
  return exchangeCalendar(timeZone)(at);
}

/** The same for many instants of one exchange. `unreadable` where the zone or an instant does not exist. */
export function exchangeCalendar(timeZone: string): (at: Date) => MarketDate {
  let format: Intl.DateTimeFormat;
  try {
    // Sweden writes days as ISO 8601 does.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  } catch {
    throw new YahooHttpError('unreadable', 'unexpected time zone of the exchange');
  }
  return (at) => {
    if (Number.isNaN(at.getTime())) throw new YahooHttpError('unreadable', 'unexpected time of a price');
    return format.format(at);
  };
}
