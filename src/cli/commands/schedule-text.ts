import type { Schedule, ScheduleRun } from '../../contracts/schemas/api/schedules.ts';
import { cleanUntrustedText } from '../../domain/research/untrusted-text.ts';

const MAX_TEXT = 400;
const DOCUMENT: Readonly<Record<Schedule['document'], string>> = {
  same: 'as the strategy document asks for it',
  differs: 'changed since the strategy document asked for another one',
  none: 'the strategy document asks for none',
};
const OVERLAP: Readonly<Record<Schedule['overlap'], string>> = {
  skip: 'is left out',
  buffer_one: 'waits, the newest one only',
  buffer_all: 'waits',
  cancel_other: 'cancels the earlier one',
  terminate_other: 'terminates the earlier one',
  allow: 'runs beside it',
};

/** What people call a schedule. */
export function nameOf({ strategy, scheduleId }: Schedule): string {
  return strategy?.slug ?? scheduleId;
}

/** One schedule in full. Notes may have been written by any program, so they are cleaned. */
export function scheduleText(schedule: Schedule): string {
  const { state, note, words, timeZone, market, jitterSeconds, overlap, catchupMinutes } = schedule;
  const heldBack = note === null ? '' : `: ${clean(note)}`;
  return [
    `${nameOf(schedule)} (${schedule.scheduleId})`,
    `state      ${state}${heldBack}`,
    `fires      ${clean(words)} (${clean(timeZone)})`,
    ...(market === null ? [] : [`market     ${MARKET[market]}`]),
    `overlap    a firing while a run is under way ${OVERLAP[overlap]}`,
    `catch-up   what an outage delays by up to ${catchupMinutes} minutes is made up for`,
    ...(jitterSeconds > 0 ? [`jitter     late by up to ${jitterSeconds} seconds`] : []),
    ...(schedule.kind === 'strategy' ? [`document   ${DOCUMENT[schedule.document]}`] : []),
    `so far     ${schedule.firingsTaken} fired, ${schedule.firingsMissed} missed, ${schedule.firingsSkippedForOverlap} left out for an overlap`,
    '',
    ...(schedule.next.length === 0 ? ['Next: never'] : ['Next', ...firingLines(schedule.next)]),
    ...(schedule.recent.length === 0 ? [] : ['', 'Last', ...schedule.recent.map(runLine)]),
  ].join('\n');
}

const MARKET = {
  any: 'on every day',
  trading_days: 'on trading days of the New York Stock Exchange',
  market_open: 'while the New York Stock Exchange is open',
} as const;

/** A line per firing: local time, UTC, and why it will start nothing. */
export function firingLines(firings: Schedule['next']): readonly string[] {
  return firings.map(({ at, local, skipped }) => {
    const utc = `${at.slice(0, 16).replace('T', ' ')} UTC`;
    return `  ${local}   ${utc}${skipped === null ? '' : `   starts nothing: ${skipped}`}`;
  });
}

function runLine({ scheduledAt, status, outcome, workflowId }: ScheduleRun): string {
  return `  ${scheduledAt.slice(0, 16).replace('T', ' ')} UTC  ${status ?? ''}  ${clean(outcome ?? workflowId)}`;
}

function clean(text: string): string {
  return cleanUntrustedText(text, MAX_TEXT);
}
