import { z } from 'zod';
import { MarketRule, OverlapRule, scheduleProblems } from '../../domain/schedules/strategy-schedule.ts';

/** When a strategy runs by itself, as a person writes it in a strategy document, at the command line or to the API. */
export const strategyScheduleSchema = z
  .strictObject({
    /** Minute, hour, day of the month, month, day of the week. */
    cron: z.string().min(1).max(200),
    timeZone: z.string().min(1).max(60).default('America/New_York'),
    market: z.enum(MarketRule).default(MarketRule.tradingDays),
    jitterSeconds: z.int().min(0).max(3600).default(0),
    overlap: z.enum(OverlapRule).default(OverlapRule.skip),
    catchupMinutes: z
      .int()
      .min(1)
      .max(24 * 60)
      .default(10),
  })
  .check((context) => {
    for (const { field, problem } of scheduleProblems(context.value)) {
      context.issues.push({ code: 'custom', path: [field], input: context.value[field], message: problem });
    }
  });
