import type { Command } from 'commander';
import { FoliosError } from '../../contracts/errors.ts';
import type { CommandRunner } from '../command-runner.ts';
import { defineCommand } from './define-command.ts';

/** `schedule …`: when strategies run by themselves. */
export function addScheduleCommands(program: Command, runner: CommandRunner): void {
  const schedule = program
    .command('schedule')
    .description('When strategies run by themselves; Temporal keeps the times');

  defineCommand(schedule, 'list', 'List every schedule with its next firing', [
    'schedule list',
    'schedule list --json',
  ]).action(
    runner.action(async (call) => {
      const [context, commands] = await Promise.all([call.connect(), load()]);
      return commands.listSchedules(context, call.view(context));
    }),
  );

  defineCommand(schedule, 'show <strategy>', 'Show one schedule with its next and last firings', [
    'schedule show dreman-contrarian',
    'schedule show plan-research',
  ]).action(
    runner.action(async (call, _options, [reference]) => {
      const [context, commands] = await Promise.all([call.connect(), load()]);
      return commands.showSchedule(context, reference as string);
    }),
  );

  withTimes(
    defineCommand(schedule, 'set <strategy>', 'Give a strategy a schedule, or change it', [
      'schedule set dreman-contrarian --cron "0 6 * * 1-5"',
      'schedule set dreman-contrarian --cron "30 15 * * 5" --time-zone Europe/Zurich --market any',
    ]).requiredOption('--cron <fields>', 'minute, hour, day of the month, month, day of the week'),
  ).action(
    runner.action(async (call, options, [reference]) => {
      const times = await readTimes(options.cron as string, options);
      const [context, commands] = await Promise.all([call.connect(), load()]);
      return commands.setSchedule(context, reference as string, times);
    }),
  );

  withTimes(
    defineCommand(schedule, 'explain <cron>', 'Tell in words when a cron expression fires; changes nothing', [
      'schedule explain "0 6 * * 1-5" --time-zone America/New_York',
    ]),
  ).action(
    runner.action(async (call, options, [cron]) => {
      const times = await readTimes(cron as string, options);
      const [context, commands] = await Promise.all([call.connect(), load()]);
      return commands.explainSchedule(context, times);
    }),
  );

  addSwitches(schedule, runner);
  addFirings(schedule, runner);

  defineCommand(schedule, 'delete <strategy>', 'Take the schedule away; asks first', [
    'schedule delete dreman-contrarian --yes',
  ])
    .option('--yes', 'do not ask')
    .action(
      runner.action(async (call, options, [reference]) => {
        const [context, commands] = await Promise.all([call.connect(), load()]);
        return commands.deleteSchedule(context, reference as string, { yes: options.yes === true, ask: call.ask });
      }),
    );
}

function addSwitches(schedule: Command, runner: CommandRunner): void {
  defineCommand(schedule, 'pause <strategy>', 'Let it fire no more until it is resumed; runs under way go on', [
    'schedule pause dreman-contrarian --reason "earnings tonight"',
  ])
    .option('--reason <text>', 'kept in Temporal and shown with the schedule', 'paused from the command line')
    .action(
      runner.action(async (call, options, [reference]) => {
        const [context, commands] = await Promise.all([call.connect(), load()]);
        return commands.pauseSchedule(context, reference as string, options.reason as string);
      }),
    );

  defineCommand(schedule, 'resume <strategy>', 'Let it fire again', ['schedule resume dreman-contrarian'])
    .option('--reason <text>', 'kept in Temporal and shown with the schedule', 'resumed from the command line')
    .action(
      runner.action(async (call, options, [reference]) => {
        const [context, commands] = await Promise.all([call.connect(), load()]);
        return commands.resumeSchedule(context, reference as string, options.reason as string);
      }),
    );
}

function addFirings(schedule: Command, runner: CommandRunner): void {
  defineCommand(schedule, 'trigger <strategy>', 'Fire once, now', ['schedule trigger dreman-contrarian']).action(
    runner.action(async (call, _options, [reference]) => {
      const [context, commands] = await Promise.all([call.connect(), load()]);
      return commands.triggerSchedule(context, reference as string);
    }),
  );

  defineCommand(schedule, 'backfill <strategy>', 'Make up for the firings of a time that has passed, at most 20', [
    'schedule backfill dreman-contrarian --from 2026-11-16T00:00:00Z --to 2026-11-17T00:00:00Z',
  ])
    .requiredOption('--from <time>', 'ISO 8601 in UTC, such as 2026-11-16T00:00:00Z')
    .requiredOption('--to <time>', 'ISO 8601 in UTC, not in the future')
    .action(
      runner.action(async (call, options, [reference]) => {
        const { scheduleBackfillSchema } = await import('../../contracts/schemas/api/schedules.ts');
        const range = scheduleBackfillSchema.safeParse({ from: options.from, to: options.to });
        if (!range.success) {
          throw new FoliosError('INPUT_INVALID', '--from and --to are ISO 8601 in UTC, such as 2026-11-16T00:00:00Z');
        }
        const [context, commands] = await Promise.all([call.connect(), load()]);
        return commands.backfillSchedule(context, reference as string, range.data);
      }),
    );
}

function withTimes(command: Command): Command {
  return command
    .option('--time-zone <name>', 'an IANA time zone', 'America/New_York')
    .option('--market <rule>', 'trading_days, market_open, or any: on which firings a run starts', 'trading_days')
    .option('--jitter <seconds>', 'each firing is late by a random time up to this', '0')
    .option('--overlap <rule>', 'skip, buffer_one or allow: what a firing does while a run is under way', 'skip')
    .option('--catchup <minutes>', 'how late an outage may make a firing', '10');
}

/** The options as a schedule. INPUT_INVALID with a line per mistake. */
async function readTimes(cron: string, options: Record<string, unknown>) {
  const { strategyScheduleSchema } = await import('../../contracts/schemas/schedule.ts');
  const parsed = strategyScheduleSchema.safeParse({
    cron,
    timeZone: options.timeZone,
    market: options.market,
    jitterSeconds: Number(options.jitter),
    overlap: options.overlap,
    catchupMinutes: Number(options.catchup),
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new FoliosError('INPUT_INVALID', problems.join('\n'), { problems });
}

function load() {
  return import('../commands/schedules.ts');
}
