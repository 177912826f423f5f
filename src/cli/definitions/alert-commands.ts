import type { Command } from 'commander';
import type { CommandRunner } from '../command-runner.ts';
import { parseLimit } from '../option-parsers.ts';
import { addChannelCommands } from './channel-commands.ts';
import { defineCommand, optionText } from './define-command.ts';

/** What happened, and where it is told. */
export function addAlertCommands(program: Command, runner: CommandRunner): void {
  const alerts = defineCommand(program, 'alerts', 'What happened that a person should know of, newest first', [
    'alerts',
    'alerts --all --limit 100',
    'alerts acknowledge 3f9ac21d',
  ])
    .option('--all', 'acknowledged ones and tests as well')
    .option('--limit <n>', 'how many at most', parseLimit, 50)
    .action(
      runner.action(async (call, options) => {
        const [context, { listAlerts }] = await Promise.all([call.connect(), import('../commands/alerts.ts')]);
        const { all, limit } = options;
        return listAlerts(context, { all: all === true, limit: limit as number }, call.view(context));
      }),
    );

  defineCommand(
    alerts,
    'acknowledge [alerts...]',
    'Note that you have seen alerts; what is repeated later is a new one',
    ['alerts acknowledge 3f9ac21d 77b0e1aa', 'alerts acknowledge --all'],
  )
    .option('--all', 'every open alert')
    .action(
      runner.action(async (call, options, args) => {
        const [context, { acknowledgeAlerts }] = await Promise.all([call.connect(), import('../commands/alerts.ts')]);
        return acknowledgeAlerts(context, (args[0] ?? []) as string[], options.all === true);
      }),
    );

  addChannelCommands(program, runner);
  addCostCommands(program, runner);
}

function addCostCommands(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'costs', 'What calls to models have cost, per UTC day, strategy and model', [
    'costs',
    'costs --strategy dreman-contrarian --days 7 --json',
  ])
    .option('--strategy <name>', 'one strategy, by slug or id; all when absent')
    .option('--days <n>', 'today and the days before it', parseLimit, 30)
    .action(
      runner.action(async (call, options) => {
        const [context, { showCosts }] = await Promise.all([call.connect(), import('../commands/costs.ts')]);
        const question = { strategy: optionText(options.strategy), days: Math.min(options.days as number, 366) };
        return showCosts(context, question, call.view(context));
      }),
    );

  const budget = program.command('budget').description('What calls to models may cost a day');
  defineCommand(budget, 'show', 'Every budget and how it stands today', ['budget show', 'budget show --json']).action(
    runner.action(async (call) => {
      const [context, { showBudgets }] = await Promise.all([call.connect(), import('../commands/budget.ts')]);
      return showBudgets(context, call.view(context));
    }),
  );
  defineCommand(budget, 'set <usd>', 'US dollars a UTC day for one strategy, or for all together; none lifts it', [
    'budget set 5 --strategy dreman-contrarian',
    'budget set 20',
    'budget set none --strategy dreman-contrarian',
  ])
    .option('--strategy <name>', 'one strategy, by slug or id; the whole service when absent')
    .action(
      runner.action(async (call, options, args) => {
        const { parseBudget, setBudget } = await import('../commands/budget.ts');
        const dailyUsd = parseBudget(String(args[0]));
        return setBudget(await call.connect(), { dailyUsd, strategy: optionText(options.strategy) });
      }),
    );
}
