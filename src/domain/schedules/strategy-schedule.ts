import { parseCron, shortestGap } from './cron.ts';
import { timeZoneProblem } from './firing-times.ts';

/** What happens to a firing while the run of an earlier one goes on: left out, the newest kept for later, or run beside it. */
export const OverlapRule = { skip: 'skip', bufferOne: 'buffer_one', allow: 'allow' } as const;
export type OverlapRule = (typeof OverlapRule)[keyof typeof OverlapRule];

/** On which firings a run is started: on all, on those of trading days, or only while the regular session runs. */
export const MarketRule = { any: 'any', tradingDays: 'trading_days', marketOpen: 'market_open' } as const;
export type MarketRule = (typeof MarketRule)[keyof typeof MarketRule];

/** When a strategy runs by itself. */
export interface StrategySchedule {
  /** Five fields; a day must fit both day fields. */
  readonly cron: string;
  /** An IANA name. */
  readonly timeZone: string;
  readonly market: MarketRule;
  /** Each firing is late by a random time up to this many seconds. */
  readonly jitterSeconds: number;
  readonly overlap: OverlapRule;
  /** A firing that an outage delayed is still made up for within this many minutes. */
  readonly catchupMinutes: number;
}

/** Runs ask models that cost money; a mistyped minute field should not ask them every minute. */
export const MIN_INTERVAL_MINUTES = 5;

export interface ScheduleProblem {
  readonly field: keyof StrategySchedule;
  readonly problem: string;
}

/** What is wrong with a schedule beyond the shape of its fields, a sentence each; nothing where it can be used. */
export function scheduleProblems(
  schedule: Pick<StrategySchedule, 'cron' | 'timeZone' | 'jitterSeconds'>,
): readonly ScheduleProblem[] {
  const zone = timeZoneProblem(schedule.timeZone);
  const parsed = parseCron(schedule.cron);
  return [
    ...(zone === null ? [] : [{ field: 'timeZone', problem: zone } as const]),
    ...(parsed.ok
      ? intervalProblems(schedule, shortestGap(parsed.fields))
      : [{ field: 'cron', problem: parsed.problem } as const]),
  ];
}

function intervalProblems(
  { jitterSeconds }: Pick<StrategySchedule, 'jitterSeconds'>,
  gap: ReturnType<typeof shortestGap>,
): readonly ScheduleProblem[] {
  if (gap === null) return [];
  if (gap.minutes < MIN_INTERVAL_MINUTES) {
    const problem = `fires at ${gap.from} and again at ${gap.to}; between two firings there must be at least ${MIN_INTERVAL_MINUTES} minutes`;
    return [{ field: 'cron', problem }];
  }
  if (jitterSeconds < gap.minutes * 60) return [];
  const problem = `must be shorter than the ${gap.minutes} minutes from one firing to the next`;
  return [{ field: 'jitterSeconds', problem }];
}
