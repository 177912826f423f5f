import type { Command } from 'commander';
import type { CommandRunner } from '../command-runner.ts';
import { parseLimit } from '../option-parsers.ts';
import { defineCommand } from './define-command.ts';

/** `keys`: which encryption keys are in use. */
export function addKeyCommands(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'keys', 'List the encryption keys by id and what is still under each; shows no key', [
    'keys',
    'keys --json | jq .keys',
  ])
    .option('--limit <workflows>', 'how many open workflows to examine at most', parseLimit, 500)
    .action(
      runner.action(async (call, options) => {
        const [context, { listKeys }] = await Promise.all([call.connect(), import('../commands/keys.ts')]);
        return listKeys(context, options.limit as number, call.view(context));
      }),
    );
}
