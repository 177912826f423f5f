import type { Command } from 'commander';
import type { CommandRunner } from '../command-runner.ts';
import { parseLimit } from '../option-parsers.ts';
import { defineCommand } from './define-command.ts';

/** `plan`, `strategies` and `strategy …`. The commands' own modules are loaded when they run, so that start-up stays quick. */
export function addStrategyCommands(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'plan', 'List active strategies without a recent submission; starts nothing', [
    'plan',
    "plan --json | jq -r '.stale[].slug'",
  ]).action(
    runner.action(async (call) => {
      const [context, { plan }] = await Promise.all([call.connect(), import('../commands/plan.ts')]);
      return plan(context, call.view(context));
    }),
  );

  defineCommand(program, 'strategies', 'List the strategy library', ['strategies', 'strategies --json'])
    .option('--limit <rows>', 'how many at most', parseLimit, 100)
    .action(
      runner.action(async (call, options) => {
        const [context, { listStrategies }] = await Promise.all([call.connect(), import('../commands/strategies.ts')]);
        return listStrategies(context, options.limit as number, call.view(context));
      }),
    );

  const strategy = program.command('strategy').description('Show, add, activate or deactivate one strategy');

  defineCommand(strategy, 'show <slug>', 'Show a strategy with its method', ['strategy show dreman-contrarian']).action(
    runner.action(async (call, _options, [slug]) => {
      const [context, { showStrategy }] = await Promise.all([call.connect(), import('../commands/strategies.ts')]);
      return showStrategy(context, slug as string);
    }),
  );

  defineCommand(strategy, 'add <file>', 'Store a strategy file; a changed one becomes a new version', [
    'strategy add my-strategy.json',
  ]).action(
    runner.action(async (call, _options, [path]) => {
      const [context, { addStrategy }] = await Promise.all([call.connect(), import('../commands/strategies.ts')]);
      return addStrategy(context, { path: path as string, read: (file) => call.io.readFile(file) });
    }),
  );

  for (const [verb, active] of [
    ['activate', true],
    ['deactivate', false],
  ] as const) {
    const description = active
      ? 'Let plan and the schedule run a strategy when it is stale'
      : 'Start no more runs of a strategy by itself; runs under way go on';
    defineCommand(strategy, `${verb} <slug>`, description, [`strategy ${verb} dreman-contrarian`]).action(
      runner.action(async (call, _options, [slug]) => {
        const [context, { setStrategyActive }] = await Promise.all([
          call.connect(),
          import('../commands/strategies.ts'),
        ]);
        return setStrategyActive(context, slug as string, active);
      }),
    );
  }
}
