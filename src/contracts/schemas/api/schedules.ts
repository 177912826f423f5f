import { z } from 'zod';
import { MarketRule } from '../../../domain/schedules/strategy-schedule.ts';
import { strategyScheduleSchema } from '../schedule.ts';
import { pageSchema } from './page.ts';
import { reasonSchema, referenceSchema } from './values.ts';

const timeSchema = z.iso.datetime();

/** A moment at which a schedule fires. */
export const firingSchema = z.strictObject({
  at: timeSchema,
  /** The same on the clocks of the schedule's zone, such as `Mon 2026-11-23 06:00 EST`. */
  local: z.string(),
  /** Why this firing will start nothing; null where it starts a run. */
  skipped: z.string().nullable(),
});

/** What a firing of the past did. */
export const scheduleRunSchema = z.strictObject({
  scheduledAt: timeSchema,
  startedAt: timeSchema,
  workflowId: z.string(),
  runId: z.string(),
  /** Null in lists, which do not ask; `unknown` where Temporal has forgotten it. */
  status: z
    .enum(['running', 'completed', 'failed', 'cancelled', 'terminated', 'timed_out', 'continued', 'unknown'])
    .nullable(),
  /** In words: what it started, or why it started nothing. */
  outcome: z.string().nullable(),
});
export type ScheduleRun = z.infer<typeof scheduleRunSchema>;

export const scheduleStateSchema = z.enum(['active', 'paused', 'missing']);

/** A schedule as Temporal has it now, whoever changed it last. */
export const scheduleSchema = z.strictObject({
  /** Temporal's id: `strategy/<id>`, or a system schedule's name. */
  scheduleId: z.string(),
  kind: z.enum(['strategy', 'system']),
  strategy: z.strictObject({ id: z.string(), slug: z.string(), name: z.string(), active: z.boolean() }).nullable(),
  /** `missing`: folios made it and somebody deleted it in Temporal. */
  state: scheduleStateSchema,
  /** Who paused or resumed it and why, as it stands in Temporal. */
  note: z.string().nullable(),
  /** When it fires, in words. */
  words: z.string(),
  /** Its cron expressions, where Temporal's specification can be written so. */
  crons: z.array(z.string()),
  timeZone: z.string(),
  /** Null where it starts something else than a strategy's run. */
  market: z.enum(MarketRule).nullable(),
  jitterSeconds: z.number().nonnegative(),
  overlap: z.enum(['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'terminate_other', 'allow']),
  catchupMinutes: z.number().nonnegative(),
  next: z.array(firingSchema),
  recent: z.array(scheduleRunSchema),
  firingsTaken: z.int().nonnegative(),
  firingsMissed: z.int().nonnegative(),
  firingsSkippedForOverlap: z.int().nonnegative(),
  /** Whether the strategy's document asks for this schedule, for another one, or for none. */
  document: z.enum(['same', 'differs', 'none']),
  changedAt: timeSchema.nullable(),
});
export type Schedule = z.infer<typeof scheduleSchema>;

export const scheduleListSchema = pageSchema(scheduleSchema);

/** A schedule that nobody has to save to see what it would do. */
export const scheduleExplanationSchema = z.strictObject({
  schedule: strategyScheduleSchema,
  words: z.string(),
  next: z.array(firingSchema),
});
export type ScheduleExplanation = z.infer<typeof scheduleExplanationSchema>;

export const scheduleParamsSchema = z.strictObject({
  strategy: referenceSchema.describe('Its slug or id, or the name of one of the service’s own schedules'),
});

export const scheduleReasonSchema = z.strictObject({ reason: reasonSchema });

export const scheduleResumeSchema = z.strictObject({ reason: reasonSchema.default('resumed') });

const pastTimeSchema = timeSchema.refine((time) => time >= '2000-', 'must be in this century');

/** At most this many firings are made up for in one call: each may ask models that cost money. */
export const MAX_BACKFILL_FIRINGS = 20;

export const scheduleBackfillSchema = z.strictObject({
  /** Both ends count; the end is not in the future. */
  from: pastTimeSchema,
  to: pastTimeSchema,
});
export type ScheduleBackfill = z.infer<typeof scheduleBackfillSchema>;

export const scheduleTriggeredSchema = z.strictObject({
  scheduleId: z.string(),
  /** Why what was triggered will start nothing; null where it starts a run. */
  skipped: z.string().nullable(),
});

export const scheduleBackfilledSchema = z.strictObject({ scheduleId: z.string(), firings: z.array(firingSchema) });

export const scheduleDeletedSchema = z.strictObject({ scheduleId: z.string(), deleted: z.boolean() });
