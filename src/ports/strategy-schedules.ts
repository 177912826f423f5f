import type { Schedule, ScheduleBackfill, ScheduleExplanation } from '../contracts/schemas/api/schedules.ts';
import type { StrategySchedule } from '../domain/schedules/strategy-schedule.ts';
import type { StrategyRecord } from './repositories.ts';

/** Who changes a schedule and why. */
export interface ScheduleChange {
  readonly reason: string;
  readonly by: string;
}

/** A schedule by what people call it: its strategy, or the name of one of our own. */
export type ScheduleTarget =
  | { readonly kind: 'strategy'; readonly strategy: StrategyRecord }
  | { readonly kind: 'system'; readonly scheduleId: string };

/**
 * When strategies run by themselves. Temporal has the schedules and is the only truth about them: what somebody changes
 * there is what these methods tell.
 */
export interface StrategySchedules {
  /** Every schedule of a strategy and of our own, by id; without what became of recent runs. */
  list(): Promise<readonly Schedule[]>;
  /** With what became of its recent runs. SCHEDULE_NOT_FOUND. */
  show(target: ScheduleTarget): Promise<Schedule>;
  /** Creates a strategy's schedule, or changes its times and policies; what is paused stays paused. */
  set(strategy: StrategyRecord, schedule: StrategySchedule): Promise<Schedule>;
  /** SCHEDULE_NOT_FOUND. */
  pause(target: ScheduleTarget, change: ScheduleChange): Promise<Schedule>;
  /** SCHEDULE_NOT_FOUND. */
  resume(target: ScheduleTarget, change: ScheduleChange): Promise<Schedule>;
  /** Fires once, now. SCHEDULE_NOT_FOUND. */
  trigger(target: ScheduleTarget): Promise<{ readonly scheduleId: string; readonly skipped: string | null }>;
  /** Makes up for the firings of a time that has passed. SCHEDULE_NOT_FOUND; INPUT_INVALID for none or too many. */
  backfill(
    target: ScheduleTarget,
    range: ScheduleBackfill,
  ): Promise<{ readonly scheduleId: string; readonly firings: Schedule['next'] }>;
  /** False if there was none. Runs under way go on. */
  delete(strategy: StrategyRecord): Promise<boolean>;
  /** In words, with its next firings; without anything being changed. */
  explain(schedule: StrategySchedule): Promise<ScheduleExplanation>;
  /**
   * Brings a strategy's document and its schedule together: what the document asks for is applied once, so that later
   * changes in Temporal stay. Idempotent, also after a crash in the middle.
   */
  sync(strategy: StrategyRecord): Promise<void>;
}

/** What folios last did to a strategy's schedule. */
export interface ScheduleRecord {
  readonly strategyId: string;
  /** SHA-256 of the schedule in the document that was applied last; null if it asked for none. */
  readonly documentSha256: string | null;
  /** Temporal's own id of the namespace in which that was done: another one knows nothing of it. */
  readonly namespaceId: string;
  /** Whether the strategy has a schedule of its own since then. */
  readonly scheduled: boolean;
}

export interface ScheduleRecords {
  find(strategyId: string): Promise<ScheduleRecord | null>;
  list(): Promise<readonly ScheduleRecord[]>;
  put(record: ScheduleRecord): Promise<void>;
}
