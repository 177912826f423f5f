import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { TradingMode } from '../../domain/orders/trading-mode.ts';
import type { CommandRunner } from '../command-runner.ts';
import { defineCommand } from './define-command.ts';

/** The kill switch, from the strictest turn to the release, and the way out of every position. */
export function addTradingCommands(program: Command, runner: CommandRunner): void {
  addSwitch(program, runner, 'pause', TradingMode.paused, 'Deny every order from now on, of all accounts or one');
  addSwitch(program, runner, 'reduce-only', TradingMode.reduceOnly, 'Deny every order that does not reduce a position');
  addSwitch(program, runner, 'resume', TradingMode.normal, 'Let orders through again; asks first').option(
    '--yes',
    'do not ask',
  );
  addFlatten(program, runner);
}

function addFlatten(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'flatten', 'Cancel all working orders and close all positions at the market; asks first', [
    'flatten --account demo',
    'flatten --yes --json',
  ])
    .option('--account <name>', 'one account: its name or id; all but those of research when absent')
    .option('--yes', 'do not ask')
    .action(
      runner.action(async (call, options) => {
        const [context, { flatten }] = await Promise.all([call.connect(), import('../commands/flatten.ts')]);
        const account = (options.account ?? null) as string | null;
        return flatten(
          context,
          { account, newId: randomUUID, yes: options.yes === true, ask: call.ask },
          call.view(context),
        );
      }),
    );
}

function addSwitch(
  program: Command,
  runner: CommandRunner,
  name: string,
  mode: TradingMode,
  description: string,
): Command {
  return defineCommand(program, name, description, [
    `${name} --reason "earnings tonight"`,
    `${name} --account dreman-contrarian/openai`,
  ])
    .option('--account <name>', 'one account: its name or id; all when absent')
    .option('--reason <text>', 'kept and shown with the switch', 'turned from the command line')
    .action(
      runner.action(async (call, options) => {
        const [context, { turnSwitch }] = await Promise.all([call.connect(), import('../commands/trading-switch.ts')]);
        return turnSwitch(context, mode, {
          account: (options.account ?? null) as string | null,
          reason: options.reason as string,
          yes: options.yes === true,
          ask: call.ask,
        });
      }),
    );
}
