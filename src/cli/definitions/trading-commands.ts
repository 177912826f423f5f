import type { Command } from 'commander';
import { TradingMode } from '../../domain/orders/trading-mode.ts';
import type { CommandRunner } from '../command-runner.ts';
import { defineCommand } from './define-command.ts';

/** The kill switch, from the strictest turn to the release. */
export function addTradingCommands(program: Command, runner: CommandRunner): void {
  addSwitch(program, runner, 'pause', TradingMode.paused, 'Deny every order from now on, of all accounts or one');
  addSwitch(program, runner, 'reduce-only', TradingMode.reduceOnly, 'Deny every order that does not reduce a position');
  addSwitch(program, runner, 'resume', TradingMode.normal, 'Let orders through again; asks first').option(
    '--yes',
    'do not ask',
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
    .option('--account <name>', 'one account: strategy/provider, or its id; all when absent')
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
