import { newYorkTime } from '../market/calendar.ts';
import { addDays, type MarketDate } from '../market/market-date.ts';

const SESSION_OPENS = '09:30';

/**
 * The last day whose splits and dividends can be known while the market stands on `today`. Live sources tell those of a day
 * with its session, and until it opens their prices are those of the day before; bundled history knows them at once.
 */
export function actionsDay(isLive: boolean, today: MarketDate, nowMs: number): MarketDate {
  const { day, time } = newYorkTime(nowMs);
  return isLive && today === day && time < SESSION_OPENS ? addDays(today, -1) : today;
}
