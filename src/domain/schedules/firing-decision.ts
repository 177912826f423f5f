import { assertNever } from '../assert-never.ts';
import { isMarketOpen, newYorkTime, sessionOf } from '../market/calendar.ts';
import { LAST_YEAR } from '../market/calendar-holidays.ts';
import { MarketRule } from './strategy-schedule.ts';

/** Why a firing at this moment starts nothing, in a sentence; null where the market's calendar lets it start a run. */
export function closedReason(rule: MarketRule, scheduledAt: number): string | null {
  const { day, time } = newYorkTime(scheduledAt);
  if (rule === MarketRule.any) return null;
  if (Number(day.slice(0, 4)) > LAST_YEAR) return `the market calendar ends with ${LAST_YEAR}, before ${day}`;
  if (sessionOf(day) === null) return `the New York Stock Exchange is closed on ${day}`;
  switch (rule) {
    case MarketRule.tradingDays:
      return null;
    case MarketRule.marketOpen:
      return isMarketOpen(scheduledAt)
        ? null
        : `the New York Stock Exchange is closed at ${time} New York time on ${day}`;
    default:
      return assertNever(rule);
  }
}
