import { FoliosError } from '../../contracts/errors.ts';
import type { Schedule, ScheduleBackfill } from '../../contracts/schemas/api/schedules.ts';
import { SYSTEM_SCHEDULE_IDS } from '../../contracts/workflow-ids.ts';
import type { StrategySchedule } from '../../domain/schedules/strategy-schedule.ts';
import type { ScheduleTarget } from '../../ports/strategy-schedules.ts';
import type { CommandResult, View } from '../command-result.ts';
import { type Confirmation, isConfirmed } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { resolveStrategy } from '../references/strategy-reference.ts';
import { counted } from '../text/names.ts';
import { renderTable } from '../text/table.ts';
import { firingLines, nameOf, scheduleText } from './schedule-text.ts';

/** Every schedule, as Temporal has it now. */
export async function listSchedules({ schedules }: CliContext, view: View): Promise<CommandResult> {
  const all = await schedules.list();
  const text = renderTable<Schedule>(
    [
      { head: 'schedule', cell: nameOf },
      { head: 'state', cell: ({ state }) => state },
      { head: 'fires', cell: ({ words }) => words, shrink: 'cut' },
      { head: 'zone', cell: ({ timeZone }) => timeZone },
      { head: 'next', cell: ({ state, next }) => (state === 'active' ? (next[0]?.local ?? 'never') : '-') },
      { head: 'note', cell: ({ note }) => note ?? '', shrink: 'cut' },
    ],
    all,
    view.width,
  );
  const own = all.some(({ kind }) => kind === 'strategy');
  const hint = own
    ? ''
    : '\n\nNo strategy has a schedule of its own: folios schedule set <strategy> --cron "0 6 * * 1-5"';
  return { document: { schedules: all }, text: text + hint };
}

/** One schedule with its next and last firings. STRATEGY_NOT_FOUND, SCHEDULE_NOT_FOUND. */
export async function showSchedule(context: CliContext, reference: string): Promise<CommandResult> {
  const schedule = await context.schedules.show(await targetOf(context, reference));
  return { document: { schedule }, text: scheduleText(schedule) };
}

/** What a cron expression means, before anybody uses it. INPUT_INVALID. */
export async function explainSchedule({ schedules }: CliContext, schedule: StrategySchedule): Promise<CommandResult> {
  const explanation = await schedules.explain(schedule);
  const head = `${explanation.words} (${schedule.timeZone})`;
  return { document: { explanation }, text: [head, '', ...firingLines(explanation.next)].join('\n') };
}

/** Gives a strategy a schedule, or changes it. STRATEGY_NOT_FOUND, INPUT_INVALID. */
export async function setSchedule(
  context: CliContext,
  reference: string,
  given: StrategySchedule,
): Promise<CommandResult> {
  const strategy = await resolveStrategy(context.strategies, reference);
  const schedule = await context.schedules.set(strategy, given);
  const idle = strategy.active
    ? ''
    : `\n\n${strategy.document.slug} is not active, so its firings start nothing: folios strategy activate ${strategy.document.slug}`;
  return { document: { schedule }, text: scheduleText(schedule) + idle };
}

/** Stops the firings, with a reason that everybody sees. SCHEDULE_NOT_FOUND. */
export async function pauseSchedule(context: CliContext, reference: string, reason: string): Promise<CommandResult> {
  const target = await targetOf(context, reference);
  const schedule = await context.schedules.pause(target, { reason, by: context.user });
  return { document: { schedule }, text: `${nameOf(schedule)} is paused: ${schedule.note}. Runs under way go on.` };
}

/** Lets it fire again. SCHEDULE_NOT_FOUND. */
export async function resumeSchedule(context: CliContext, reference: string, reason: string): Promise<CommandResult> {
  const target = await targetOf(context, reference);
  const schedule = await context.schedules.resume(target, { reason, by: context.user });
  const next = schedule.next[0]?.local ?? 'never';
  return { document: { schedule }, text: `${nameOf(schedule)} fires again, next: ${next}.` };
}

/** Fires once, now. SCHEDULE_NOT_FOUND. */
export async function triggerSchedule(context: CliContext, reference: string): Promise<CommandResult> {
  const target = await targetOf(context, reference);
  const triggered = await context.schedules.trigger(target);
  const what =
    triggered.skipped === null
      ? `Triggered. folios schedule show ${reference} tells what became of it.`
      : `Triggered, but it will start nothing: ${triggered.skipped}.`;
  return { document: { ...triggered }, text: what };
}

/** Makes up for firings of the past. SCHEDULE_NOT_FOUND, INPUT_INVALID. */
export async function backfillSchedule(
  context: CliContext,
  reference: string,
  range: ScheduleBackfill,
): Promise<CommandResult> {
  const made = await context.schedules.backfill(await targetOf(context, reference), range);
  const head = `Makes up for ${counted(made.firings.length, 'firing')}:`;
  return { document: { ...made }, text: [head, ...firingLines(made.firings)].join('\n') };
}

/** Takes a strategy's schedule away. CONFIRMATION_REQUIRED, SCHEDULE_NOT_FOUND. */
export async function deleteSchedule(
  context: CliContext,
  reference: string,
  confirmation: Confirmation,
): Promise<CommandResult> {
  const strategy = await resolveStrategy(context.strategies, reference);
  const { slug } = strategy.document;
  const question = `Delete the schedule of ${slug}? Runs under way go on.`;
  if (!(await isConfirmed(confirmation, `deleting the schedule of ${slug}`, question))) {
    return { document: { deleted: false }, text: 'Nothing was changed.' };
  }
  const deleted = await context.schedules.delete(strategy);
  if (!deleted) throw new FoliosError('SCHEDULE_NOT_FOUND', `${slug} has no schedule`, { strategy: slug });
  const stale = strategy.active ? ' It is active: from now on it runs when it is stale.' : '';
  return { document: { deleted }, text: `${slug} has no schedule any more.${stale}` };
}

async function targetOf({ strategies }: CliContext, reference: string): Promise<ScheduleTarget> {
  if (SYSTEM_SCHEDULE_IDS.includes(reference)) return { kind: 'system', scheduleId: reference };
  return { kind: 'strategy', strategy: await resolveStrategy(strategies, reference.replace(/^strategy\//, '')) };
}
