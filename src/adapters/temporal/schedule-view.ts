import { createHash } from 'node:crypto';
import type { ScheduleDescription } from '@temporalio/client';
import type { Schedule, ScheduleExplanation } from '../../contracts/schemas/api/schedules.ts';
import { type CronFields, parseCron } from '../../domain/schedules/cron.ts';
import { closedReason } from '../../domain/schedules/firing-decision.ts';
import { localTime, nextFirings, timeZoneProblem } from '../../domain/schedules/firing-times.ts';
import { MarketRule, type StrategySchedule } from '../../domain/schedules/strategy-schedule.ts';
import type { StrategyRecord } from '../../ports/repositories.ts';
import { cronsOf, cronWords, overlapName, SCHEDULED_RUN, wordsOf } from './schedule-spec.ts';

const SHOWN = 5;

/** A schedule as Temporal describes it, for people and programs. */
export function scheduleView(description: ScheduleDescription, strategy: StrategyRecord | null): Schedule {
  const { scheduleId, spec, state, policies, info, raw } = description;
  const rawSpec = raw.schedule?.spec ?? {};
  // Temporal's zone where none is given.
  const timeZone = spec.timezone || 'UTC';
  const market = marketOf(description);
  const view: Omit<Schedule, 'document'> = {
    scheduleId,
    kind: kindOf(scheduleId),
    strategy: strategyOf(strategy),
    state: state.paused ? 'paused' : 'active',
    note: state.note || null,
    words: wordsOf(rawSpec),
    crons: [...cronsOf(rawSpec)],
    timeZone,
    market,
    jitterSeconds: (spec.jitter ?? 0) / 1000,
    overlap: overlapName(policies.overlap),
    catchupMinutes: policies.catchupWindow / 60_000,
    next: info.nextActionTimes.slice(0, SHOWN).map((at) => firing(at.getTime(), timeZone, market)),
    recent: info.recentActions
      .slice(-SHOWN)
      .reverse()
      .map(({ scheduledAt, takenAt, action }) => ({
        scheduledAt: scheduledAt.toISOString(),
        startedAt: takenAt.toISOString(),
        workflowId: action.workflow.workflowId,
        runId: action.workflow.firstExecutionRunId,
        status: null,
        outcome: null,
      })),
    firingsTaken: info.numActionsTaken,
    firingsMissed: info.numActionsMissedCatchupWindow,
    firingsSkippedForOverlap: info.numActionsSkippedOverlap,
    changedAt: (info.lastUpdatedAt ?? info.createdAt).toISOString(),
  };
  return { ...view, document: comparedWithDocument(view, strategy?.document.schedule) };
}

/** What stands for a schedule that folios made and that Temporal no longer has. */
export function missingView(scheduleId: string, strategy: StrategyRecord | null): Schedule {
  return {
    scheduleId,
    kind: kindOf(scheduleId),
    strategy: strategyOf(strategy),
    state: 'missing',
    note: 'deleted in Temporal; it is not made again by itself',
    words: 'never',
    crons: [],
    timeZone: 'UTC',
    market: null,
    jitterSeconds: 0,
    overlap: 'skip',
    catchupMinutes: 0,
    next: [],
    recent: [],
    firingsTaken: 0,
    firingsMissed: 0,
    firingsSkippedForOverlap: 0,
    document: strategy?.document.schedule === undefined ? 'none' : 'differs',
    changedAt: null,
  };
}

/** A schedule in words with its next firings after `now`, without Temporal. */
export function explainSchedule(schedule: StrategySchedule, now: Date): ScheduleExplanation {
  const moments = nextFirings(fieldsOf(schedule.cron), schedule.timeZone, now.getTime(), SHOWN);
  return {
    schedule,
    words: cronWords(schedule.cron.trim()),
    next: moments.map((moment) => firing(moment, schedule.timeZone, schedule.market)),
  };
}

/** A moment at which a schedule fires; `market` null where no calendar is asked. */
export function firing(moment: number, timeZone: string, market: MarketRule | null): Schedule['next'][number] {
  return {
    at: new Date(moment).toISOString(),
    // Temporal may know a zone that this program does not.
    local: localTime(timeZoneProblem(timeZone) === null ? timeZone : 'UTC', moment),
    skipped: closedReason(market ?? MarketRule.any, moment),
  };
}

/** One text for schedules that ask for the same, however their keys are ordered. */
export function scheduleSha256(schedule: StrategySchedule): string {
  const entries = Object.entries(schedule).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}

/** The market rule that a schedule's runs are started with. */
export function marketOf({ action }: ScheduleDescription): MarketRule | null {
  if (action.workflowType !== SCHEDULED_RUN) return null;
  const [input] = (action.args ?? []) as readonly unknown[];
  const given = (input as { market?: unknown } | null | undefined)?.market;
  return Object.values(MarketRule).find((rule) => rule === given) ?? MarketRule.tradingDays;
}

function kindOf(scheduleId: string): Schedule['kind'] {
  return scheduleId.startsWith('strategy/') ? 'strategy' : 'system';
}

function strategyOf(strategy: StrategyRecord | null): Schedule['strategy'] {
  if (strategy === null) return null;
  const { id, active, document } = strategy;
  return { id, slug: document.slug, name: document.name, active };
}

type Compared = Pick<Schedule, 'crons' | 'timeZone' | 'market' | 'jitterSeconds' | 'overlap' | 'catchupMinutes'>;

function comparedWithDocument(view: Compared, asked: StrategySchedule | undefined): Schedule['document'] {
  if (asked === undefined) return 'none';
  const [cron, ...others] = view.crons;
  const isSame =
    cron !== undefined &&
    others.length === 0 &&
    JSON.stringify(parseCron(cron)) === JSON.stringify(parseCron(asked.cron)) &&
    view.timeZone === asked.timeZone &&
    view.market === asked.market &&
    view.jitterSeconds === asked.jitterSeconds &&
    view.overlap === asked.overlap &&
    view.catchupMinutes === asked.catchupMinutes;
  return isSame ? 'same' : 'differs';
}

function fieldsOf(cron: string): CronFields {
  const parsed = parseCron(cron);
  // Schedules are checked where they enter.
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.fields;
}
