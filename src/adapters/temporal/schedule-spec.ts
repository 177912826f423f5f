import { type ScheduleDescription, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import cronstrue from 'cronstrue';
import type { Schedule } from '../../contracts/schemas/api/schedules.ts';
import type { ScheduledRunInput } from '../../contracts/schemas/workflow-inputs.ts';
import { researchSearchAttributes } from '../../contracts/search-attributes.ts';
import { WORKFLOW_TASK_QUEUE } from '../../contracts/task-queues.ts';
import { strategyScheduleId, workflowIds } from '../../contracts/workflow-ids.ts';
import { cronText, parseCron } from '../../domain/schedules/cron.ts';
import type { StrategySchedule } from '../../domain/schedules/strategy-schedule.ts';

export const SCHEDULED_RUN = 'scheduledRun';

type Policy = ScheduleDescription['policies']['overlap'];

const OVERLAP_NAMES: Readonly<Record<NonNullable<Policy>, Schedule['overlap']>> = {
  [ScheduleOverlapPolicy.SKIP]: 'skip',
  [ScheduleOverlapPolicy.BUFFER_ONE]: 'buffer_one',
  [ScheduleOverlapPolicy.BUFFER_ALL]: 'buffer_all',
  [ScheduleOverlapPolicy.CANCEL_OTHER]: 'cancel_other',
  [ScheduleOverlapPolicy.TERMINATE_OTHER]: 'terminate_other',
  [ScheduleOverlapPolicy.ALLOW_ALL]: 'allow',
};

/** Temporal's overlap policy by the name that people use. */
export function overlapName(policy: Policy): Schedule['overlap'] {
  return OVERLAP_NAMES[policy ?? 'SKIP'];
}

const OVERLAPS = { skip: 'SKIP', buffer_one: 'BUFFER_ONE', allow: 'ALLOW_ALL' } as const;

/** A strategy's schedule as Temporal wants it. */
export function scheduleOptions(
  { id, name }: { readonly id: string; readonly name: string },
  schedule: StrategySchedule,
): ScheduleOptions & { readonly action: { readonly args: [ScheduledRunInput] } } {
  const typedSearchAttributes = researchSearchAttributes(id);
  return {
    scheduleId: strategyScheduleId(id),
    spec: {
      cronExpressions: [schedule.cron.trim()],
      timezone: schedule.timeZone,
      jitter: schedule.jitterSeconds * 1000,
    },
    action: {
      type: 'startWorkflow',
      workflowType: SCHEDULED_RUN,
      workflowId: workflowIds.scheduledRun(id),
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [{ strategyId: id, market: schedule.market }],
      staticSummary: name,
      typedSearchAttributes,
    },
    policies: { overlap: OVERLAPS[schedule.overlap], catchupWindow: schedule.catchupMinutes * 60_000 },
    typedSearchAttributes,
  };
}

type Spec = temporal.api.schedule.v1.IScheduleSpec;
type Calendar = temporal.api.schedule.v1.IStructuredCalendarSpec;
type Range = temporal.api.schedule.v1.IRange;

/** The specification's calendars as cron expressions; those that fire at seconds or in some years only cannot be one. */
export function cronsOf(spec: Spec): readonly string[] {
  return (spec.structuredCalendar ?? []).flatMap((calendar) => cronOf(calendar) ?? []);
}

/** When a specification fires, in words, whoever wrote it. */
export function wordsOf(spec: Spec): string {
  const crons = cronsOf(spec);
  const calendars = (spec.structuredCalendar ?? []).length - crons.length;
  const parts = [
    ...crons.map(cronWords),
    ...(spec.interval ?? []).map(({ interval }) => `every ${Number(interval?.seconds ?? 0)} seconds`),
    ...(calendars > 0 ? [`${calendars} calendar${calendars === 1 ? '' : 's'} that only Temporal can tell`] : []),
    ...((spec.excludeStructuredCalendar ?? []).length > 0 ? ['except at times that Temporal leaves out'] : []),
  ];
  return parts.length === 0 ? 'never by itself' : parts.join('; and ');
}

/** A cron expression in words: `At 06:00, Monday through Friday`. */
export function cronWords(cron: string): string {
  const parsed = parseCron(cron);
  // Temporal takes some that we do not, such as one that never fires.
  if (!parsed.ok) return `at the times of "${cron}"`;
  // In its shortest form, since not every form that means the same is told well.
  return cronstrue.toString(cronText(parsed.fields), {
    use24HourTimeFormat: true,
    logicalAndDayFields: true,
    verbose: false,
  });
}

function cronOf(calendar: Calendar): string | null {
  const seconds = calendar.second ?? [];
  const isAtMinutes = seconds.every((range) => rangeText(range, 0, 59) === '0');
  if (!isAtMinutes || (calendar.year ?? []).length > 0) return null;
  const fields: readonly (readonly [Range[] | null | undefined, number, number])[] = [
    [calendar.minute, 0, 59],
    [calendar.hour, 0, 23],
    [calendar.dayOfMonth, 1, 31],
    [calendar.month, 1, 12],
    [calendar.dayOfWeek, 0, 6],
  ];
  return fields.map(([ranges, min, max]) => (ranges ?? []).map((one) => rangeText(one, min, max)).join(',')).join(' ');
}

function rangeText({ start, end, step }: Range, min: number, max: number): string {
  const from = start ?? 0;
  const to = Math.max(end ?? 0, from);
  const every = Math.max(step ?? 1, 1);
  if (from === to) return String(from);
  const range = from === min && to === max ? '*' : `${from}-${to}`;
  return every === 1 ? range : `${range}/${every}`;
}
