import type { Command } from 'commander';

/** Adds a command with the options that every command has, and its examples in `--help`. */
export function defineCommand(
  parent: Command,
  nameAndArguments: string,
  description: string,
  examples: readonly string[],
): Command {
  const lines = examples.map((example) => `  $ folios ${example}`);
  return parent
    .command(nameAndArguments)
    .description(description)
    .option('--json', 'one JSON document on stdout and nothing else')
    .option('--timing', 'print the elapsed milliseconds to stderr')
    .addHelpText('after', `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${lines.join('\n')}`);
}

/** What was given to an option that takes a text; null where it is absent. */
export function optionText(option: unknown): string | null {
  return typeof option === 'string' ? option : null;
}
